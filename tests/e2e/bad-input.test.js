// Whatever is wrong is refused with an error that says so, and nothing else changes.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';

import { Chain, DEPOSIT, GAS, UNIT, bytes } from './lib/chain.js';
import { customSections, idl } from './lib/idl.js';
import { Node } from './lib/node.js';
import { handling, leb, program, rawHandling, wat } from './lib/programs.js';

const U64 = 2n ** 64n - 1n;
const U128 = 2n ** 128n - 1n;
const NOWHERE = `0x${'5a'.repeat(32)}`;

describe('bad input', { timeout: 300_000 }, () => {
  const { constructors, methods: { add } } = idl('counter');
  let node;
  let chain;
  let api;
  let counter;
  let limits;
  before(async () => {
    node = await Node.start('--dev');
    chain = await Chain.connect(node);
    api = chain.api;
    limits = api.consts.actors.limits;
    counter = await chain.deploy(program('counter'), { payload: constructors.new(0) });
  });
  after(async () => {
    await chain?.disconnect();
    await node?.stop();
  });
  afterEach((test) => node?.explain(test));

  /** Everything that a refused call must leave alone, at a block. */
  async function world(hash) {
    const at = await api.at(hash);
    const accounts = await at.query.system.account.entries();
    return {
      actors: await chain.storage('actors', hash),
      holds: (await at.query.balances.holds.entries()).map(([key, holds]) => [key.toHex(), holds.toHex()]),
      balances: Object.fromEntries(accounts.map(([key, { data }]) => [key.args[0].toString(), data.toHuman()])),
      queue: (await at.call.actorsApi.queue()).queued.toNumber(),
    };
  }

  /** The call is refused for this reason, which the metadata explains, at no price but the fee. */
  async function refuses(call, reason, { signer = chain.alice } = {}) {
    const { name, docs, outcome } = await chain.refused(call, { signer });
    assert.equal(name, reason);
    if (reason.startsWith('actors.')) assert.match(docs, /\w+ \w+ \w+/, 'the error has docs');

    const { parentHash } = await api.rpc.chain.getHeader(outcome.hash);
    const before = await world(parentHash.toHex());
    const later = await world(outcome.hash);
    const free = async (hash) => (await chain.balance(signer.address, hash)).free;
    assert.equal(await free(outcome.hash), (await free(parentHash.toHex())) - outcome.fee);
    for (const { balances } of [before, later]) delete balances[signer.address].free;
    assert.deepEqual(later, before);
    return docs;
  }

  const upload = (code) => api.tx.actors.uploadCode(bytes(code));
  const create = ({
    hash = api.registry.hash(program('counter')), salt = '0x99', payload = '0x', value = 0,
    gas = GAS, deposit = DEPOSIT,
  }) => api.tx.actors.createProgram(hash, salt, payload, value, gas, deposit);

  // -- Code --------------------------------------------------------------------------------

  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const raw = (...sections) => Buffer.from([...header, ...sections.flat()]);
  const huge = [0xff, 0xff, 0xff, 0xff, 0x0f];
  const memory = '(memory (export "memory") 1)';
  const handle = '(func (export "handle"))';
  const custom = (name, content) => Buffer.from([
    0, ...leb(1 + name.length + content.length), name.length, ...Buffer.from(name), ...content]);
  const section = (content) => custom('actors:idl', content);
  const importing = (name, type) =>
    `(module (import "actors_v1" "${name}" (func ${type})) ${memory} ${handle})`;

  const refusedCode = {
    'nothing at all': [() => Buffer.alloc(0), 'CodeMalformed'],
    'text': [() => Buffer.from('This is no program.'), 'CodeMalformed'],
    'a magic number alone': [() => raw().subarray(0, 4), 'CodeMalformed'],
    'half a program': [() => program('hash-chain').subarray(0, program('hash-chain').length / 2), 'CodeMalformed'],
    'a program without its last byte': [() => program('raw-ping').subarray(0, -1), 'CodeMalformed'],
    'a section longer than the file': [() => raw([1, ...huge]), 'CodeMalformed'],
    'a function longer than the file': [
      () => Buffer.concat([rawHandling([0, 0x0b]).subarray(0, -6), Buffer.from([10, 10, 1, ...huge, 0, 0x0b, 0x0b, 0x0b])]),
      'CodeMalformed'],
    'data longer than the file': [
      () => Buffer.concat([rawHandling([0, 0x0b]), Buffer.from([11, 10, 1, 0, 0x41, 0, 0x0b, ...huge])]), 'CodeMalformed'],
    'four billion types': [() => raw([1, 5, ...huge]), 'CodeOverLimit'],
    'four billion locals': [() => rawHandling([1, ...huge, 0x7e, 0x0b]), 'CodeOverLimit'],
    'more bytes than the limit': [
      () => Buffer.concat([program('raw-ping'), custom('', Buffer.alloc(limits.code.toNumber()))]), 'CodeTooLarge'],
    'more bytes than the limit, before an IDL': [
      () => Buffer.concat([program('raw-ping'), custom('', Buffer.alloc(limits.code.toNumber())), section([1])]),
      'CodeTooLarge'],
    'an IDL longer than the limit': [
      () => Buffer.concat([program('raw-ping'), section(Buffer.alloc(limits.idl.toNumber() + 1))]), 'CodeIdlTooLarge'],
    'an IDL with something behind it': [
      () => Buffer.concat([program('counter'), custom('name', [])]), 'CodeIdlMisplaced'],
    'an IDL before the code': [() => Buffer.concat([raw(), section([1]), program('raw-ping').subarray(8)]), 'CodeIdlMisplaced'],
    'two IDLs': [() => Buffer.concat([program('counter'), section([1])]), 'CodeIdlMisplaced'],
    'an IDL cut short': [() => program('ping').subarray(0, -1), 'CodeMalformed'],
    'an IDL and no program': [() => Buffer.concat([raw(), section([1])]), 'CodeMemoryInvalid'],
    'floating point': [() => handling('(drop (f32.add (f32.const 1) (f32.const 2)))'), 'CodeUsesFloat'],
    'SIMD': [() => handling('(drop (v128.const i64x2 1 2))'), 'CodeUsesForbiddenFeature'],
    'a reference type': [() => handling('(drop (ref.null func))'), 'CodeUsesForbiddenFeature'],
    'a start function': [
      () => wat(`(module ${memory} ${handle} (func $go) (start $go))`), 'CodeHasStartFunction'],
    'an import from elsewhere': [
      () => wat(`(module (import "env" "abort" (func)) ${memory} ${handle})`), 'CodeImportUnknown'],
    'an import that is not in the ABI': [() => wat(importing('mint', '')), 'CodeImportUnknown'],
    'an import of another type': [() => wat(importing('gas_left', '(result i32)')), 'CodeImportMistyped'],
    'an export of another type': [
      () => wat(`(module ${memory} (func (export "handle") (param i32)))`), 'CodeExportInvalid'],
    'an export that is no entry': [
      () => wat(`(module ${memory} ${handle} (func (export "handle_error")))`), 'CodeExportInvalid'],
    'no entry': [() => wat(`(module ${memory})`), 'CodeHasNoEntry'],
    'no memory': [() => wat(`(module ${handle})`), 'CodeMemoryInvalid'],
    'a memory of its own': [() => wat(`(module (memory 1) ${handle})`), 'CodeMemoryInvalid'],
    'four gigabytes of memory': [
      () => wat(`(module (memory (export "memory") 65536) ${handle})`), 'CodeMemoryInvalid'],
    'a second mutable global': [
      () => wat(`(module ${memory} ${handle} (global (mut i32) (i32.const 0)) (global (mut i32) (i32.const 0)))`),
      'CodeGlobalInvalid'],
    'ten thousand nested blocks': [
      () => rawHandling([0, ...Array(10_000).fill([2, 0x40]).flat(), ...Array(10_001).fill(0x0b)]),
      'CodeOverLimit'],
    'a jump table of a hundred thousand': [
      () => handling(`(br_table ${'0 '.repeat(100_000)} (i32.const 0))`), 'CodeOverLimit'],
    'fifty thousand functions': [
      () => wat(`(module ${memory} ${handle} ${'(func)'.repeat(50_000)})`), 'CodeOverLimit'],
    'nine hundred parameters': [
      () => wat(`(module ${memory} ${handle} (func (param ${'i32 '.repeat(900)})))`), 'CodeOverLimit'],
  };
  for (const [what, [code, reason]] of Object.entries(refusedCode)) {
    it(`as code: ${what} (${reason})`, async () => {
      await refuses(upload(code()), `actors.${reason}`);
    });
  }

  it('as code: floats are refused with a reason that a newcomer understands', async () => {
    const code = wat(`
      (module ${memory} ${handle}
        (func $circle_area (drop (f64.mul (f64.const 2) (f64.const 3.14)))))`);
    const docs = await refuses(
      api.tx.actors.uploadProgram(bytes(code), '0x', '0x', 0, GAS, DEPOSIT), 'actors.CodeUsesFloat');
    assert.match(docs, /floating point/);
    assert.match(docs, /integers/);
    const verdict = await api.call.actorsApi.checkCode(bytes(code));
    assert.match(verdict.asErr.toString(), /circle_area.* f64.* byte 0x.*: .*fixed point/);
  });

  // -- Calls -------------------------------------------------------------------------------

  it('code that is stored already', () =>
    refuses(upload(program('counter')), 'actors.CodeAlreadyStored'));

  it('code that is unknown', async () => {
    await refuses(create({ hash: NOWHERE }), 'actors.CodeNotFound');
    await refuses(api.tx.actors.removeCode(NOWHERE), 'actors.CodeNotFound');
  });

  it('code that is in use, or is someone else\'s', async () => {
    const hash = api.registry.hash(program('counter'));
    await refuses(api.tx.actors.removeCode(hash), 'actors.CodeInUse');
    await refuses(api.tx.actors.removeCode(hash), 'actors.NotKeeper', { signer: chain.bob });
    await refuses(api.tx.actors.keepCode(hash), 'actors.AlreadyKeeper');
    await refuses(api.tx.actors.keepCode(NOWHERE), 'actors.CodeNotFound');
  });

  it('a program that is unknown', async () => {
    await refuses(chain.message(NOWHERE), 'actors.NotAProgram');
    await refuses(chain.message(chain.bob.address, '0x', { value: UNIT }), 'actors.NotAProgram');
  });

  it('a program that exists already', () =>
    refuses(create({ salt: '0x' }), 'actors.ProgramAlreadyExists'));

  it('a salt that is too long', () => {
    const salt = `0x${'00'.repeat(api.consts.actors.limits.salt.toNumber() + 1)}`;
    return refuses(create({ salt }), 'actors.SaltTooLong');
  });

  it('a payload that is too long', async () => {
    const payload = bytes(Buffer.alloc(limits.payload.toNumber() + 1));
    await refuses(chain.message(counter.program, payload), 'actors.PayloadTooLong');
    await refuses(create({ payload }), 'actors.PayloadTooLong');
  });

  it('no gas, or too little for a turn to start', async () => {
    for (const gas of [0n, 1n, 1_000n]) {
      await refuses(chain.message(counter.program, '0x', { gas }), 'actors.GasLimitTooLow');
      await refuses(create({ gas }), 'actors.GasLimitTooLow');
    }
  });

  it('more value, gas or deposit than the account has', async () => {
    const poor = chain.stranger('poor');
    await chain.submit(api.tx.balances.transferKeepAlive(poor.address, UNIT));
    const by = { signer: poor };
    const { program: to } = counter;
    await refuses(chain.message(to, '0x', { value: UNIT, deposit: 0n }), 'actors.ValueNotPayable', by);
    await refuses(chain.message(to, '0x', { deposit: UNIT }), 'actors.GasNotPayable', by);
    await refuses(chain.message(to, '0x', { gas: U64, deposit: 0n }), 'actors.GasNotPayable', by);
    // Storing and creating ask for deposits.
    const rest = api.consts.balances.existentialDeposit.toBigInt() + UNIT / 1_000n;
    const { free } = await chain.balance(poor.address);
    await chain.submit(api.tx.balances.transferKeepAlive(chain.alice.address, free - rest), by);
    await refuses(upload(handling('nop nop')), 'actors.CodeDepositNotPayable', by);
    await refuses(create({ deposit: 0n }), 'actors.ProgramDepositNotPayable', by);
  });

  it('the largest numbers there are', async () => {
    const { program: to } = counter;
    await refuses(chain.message(to, '0x', { value: U128 }), 'actors.ValueNotPayable');
    await refuses(chain.message(to, '0x', { deposit: U128 }), 'actors.GasNotPayable');
    await refuses(chain.message(to, '0x', { gas: U64, deposit: U128 }), 'actors.GasNotPayable');
    await refuses(create({ value: U128, deposit: U128, gas: U64 }), 'actors.ValueNotPayable');
    // Alice can pay for this much gas; one turn gets no more than a turn may burn.
    const { code } = await chain.send(to, add(1), { gas: U64 });
    assert.equal(code, 'Replied');
  });

  it('zero everywhere', async () => {
    const dry = await api.call.actorsApi.dryRunMessage(
      chain.alice.address, counter.program, bytes(add(0)), 0, null, null);
    const gas = dry.asOk.gasNeeded.toBigInt();
    const { code } = await chain.send(counter.program, add(0), { value: 0n, gas, deposit: 0n });
    assert.equal(code, 'Replied');
  });

  it('a dry run from an account without money: what it takes, and that it is missing', async () => {
    const broke = chain.stranger('penniless');
    const ask = (gas, deposit) => api.call.actorsApi.dryRunMessage(
      broke.address, counter.program, bytes(add(1)), 0, gas, deposit);
    const dry = (await ask(null, null)).asOk;
    assert.equal(dry.reply.unwrap().code.type, 'Replied');
    const gas = dry.gasNeeded.toBigInt();
    const { planck, perGas } = api.consts.actors.gasPrice;
    const price = gas * planck.toBigInt() / perGas.toBigInt();
    assert.equal(dry.missing.toBigInt(), price + dry.depositUsed.toBigInt());
    assert.equal((await ask(gas, 0)).asErr.asRefused.toString(), 'GasNotPayable');
  });

  it('no money at all: the pool refuses it', async () => {
    const broke = chain.stranger('broke');
    await assert.rejects(
      chain.submit(chain.message(counter.program), { signer: broke }), /Inability to pay/);
  });

  it('calls on letters that are not there', async () => {
    const { sendReply, claimValue } = api.tx.actors;
    await refuses(sendReply(NOWHERE, '0x', 0, false), 'actors.NoSuchLetter');
    await refuses(claimValue(NOWHERE), 'actors.NoSuchLetter');
    const payload = `0x${'00'.repeat(limits.payload.toNumber() + 1)}`;
    await refuses(sendReply(NOWHERE, payload, U128, false), 'actors.PayloadTooLong');
  });

  it('upgrades that cannot be', async () => {
    const { setAdmin, upgradeProgram } = api.tx.actors;
    const hash = api.registry.hash(program('counter'));
    const upgrade = ({ program: which = counter.program, code = hash, payload = '0x', gas = GAS, deposit = DEPOSIT }) =>
      upgradeProgram(which, code, payload, gas, deposit);
    await refuses(upgrade({ program: NOWHERE }), 'actors.NotAProgram');
    await refuses(upgrade({ code: NOWHERE }), 'actors.CodeNotFound');
    await refuses(upgrade({}), 'actors.NotAdmin', { signer: chain.bob });
    await refuses(upgrade({ gas: 1n }), 'actors.GasLimitTooLow');
    await refuses(upgrade({ deposit: U128 }), 'actors.GasNotPayable');
    const payload = `0x${'00'.repeat(limits.payload.toNumber() + 1)}`;
    await refuses(upgrade({ payload }), 'actors.PayloadTooLong');
    await refuses(setAdmin(NOWHERE, null), 'actors.NotAProgram');
    await refuses(setAdmin(counter.program, chain.bob.address), 'actors.NotAdmin', { signer: chain.bob });
  });

  // -- Bytes that are no calls -------------------------------------------------------------

  it('extrinsics cut short or made up', async () => {
    const signed = await chain.message(counter.program, add(1)).signAsync(chain.alice, { nonce: -1 });
    const whole = signed.toHex();
    for (const hex of ['0x', '0x00', `0x${'ff'.repeat(100)}`, whole.slice(0, -2), whole.slice(0, 40)]) {
      await assert.rejects(api._rpcCore.provider.send('author_submitExtrinsic', [hex]), /RpcError: 10\d\d: /, hex);
    }
    const forged = whole.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
    await assert.rejects(api._rpcCore.provider.send('author_submitExtrinsic', [forged]), /1010: .*[Bb]ad signature/);
  });

  it('reads of what is not there', async () => {
    const { actorsApi } = api.call;
    const { alice } = chain;
    const err = (result) => result.asErr.type;
    assert.equal(err(await actorsApi.readState(NOWHERE, '0x')), 'NotAProgram');
    for (const [result, reason] of [
      [await actorsApi.dryRunMessage(alice.address, NOWHERE, '0x', 0, null, null), /NotAProgram/],
      [await actorsApi.dryRunCreation(alice.address, NOWHERE, '0x', '0x', 0, null, null), /CodeNotFound/],
      [await actorsApi.dryRunMessage(alice.address, counter.program, '0x', U128, GAS, 0), /ValueNotPayable/],
    ]) assert.match(result.asErr.asRefused.toString(), reason);
    const stateless = (await chain.deploy(handling('nop'))).program;
    assert.equal(err(await actorsApi.readState(stateless, '0x')), 'NoStateEntry');
    assert.ok((await actorsApi.program(NOWHERE)).isNone);
    assert.ok((await actorsApi.code(NOWHERE)).isNone);
    assert.deepEqual([await chain.wasm(NOWHERE), await chain.idl(NOWHERE)], [undefined, undefined]);
  });

  it('reads that never end, or fail', async () => {
    const endless = (await chain.deploy(wat(
      `(module ${memory} ${handle} (func (export "state") (loop $l (br $l))))`))).program;
    const result = await api.call.actorsApi.readState(endless, '0x');
    assert.equal(result.asErr.asFailed.code.type, 'OutOfGas');
    const trap = (await chain.deploy(wat(
      `(module ${memory} ${handle} (func (export "state") unreachable))`))).program;
    assert.equal((await api.call.actorsApi.readState(trap, '0x')).asErr.asFailed.code.type, 'Trapped');
  });

  it('runtime calls with bytes that are no arguments', async () => {
    for (const name of ['ActorsApi_read_state', 'ActorsApi_dry_run_message', 'ActorsApi_no_such_call']) {
      await assert.rejects(api.rpc.state.call(name, '0xffffffff'), /4003: /, name);
    }
  });

  it('as code: a damaged program is stored or refused for its code, and nothing worse', async () => {
    // What lies behind the code is not judged: it is spared.
    const good = program('counter');
    const judged = [...customSections(good)].at(-1).start;
    let seed = 1;
    const random = (below) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    let refused = 0;
    for (let round = 0; round < 40; round += 1) {
      const code = Buffer.from(good);
      for (let flips = 0; flips <= round % 4; flips += 1) {
        code[8 + random(judged - 8)] ^= 1 << random(8);
      }
      try {
        await chain.submit(upload(code)); // It may well be a program still.
      } catch (error) {
        assert.match(error.name, /^actors\.Code/);
        refused += 1;
      }
    }
    assert.ok(refused > 0);
  });

  it('leaves a chain that works', async () => {
    assert.equal((await chain.send(counter.program, add(1))).code, 'Replied');
    assert.equal((await api.call.actorsApi.queue()).queued.toNumber(), 0);
    assert.deepEqual(node.complaints, []);
  });
});
