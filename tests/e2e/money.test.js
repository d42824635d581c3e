// Every planck is accounted for: balances, deposits and the total issuance, exact to the unit.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';

import { Chain, UNIT, bytes, find, is, ok } from './lib/chain.js';
import { idl } from './lib/idl.js';
import { Node } from './lib/node.js';
import { handling, program, wat } from './lib/programs.js';

const send = '(import "actors_v1" "send" (func $send (param i32 i32 i32 i32 i32 i64 i32 i32 i32) (result i32)))';
const read = '(import "actors_v1" "message_read" (func $read (param i32 i32 i32) (result i32)))';
const reply = '(import "actors_v1" "reply" (func $reply (param i32 i32 i32) (result i32)))';
const source = '(import "actors_v1" "message_source" (func $source (param i32)))';
const value = '(import "actors_v1" "message_value" (func $value (param i32)))';

describe('money', { timeout: 180_000 }, () => {
  let node;
  let chain;
  let api;
  let alice;
  before(async () => {
    node = await Node.start('--dev');
    chain = await Chain.connect(node);
    api = chain.api;
    alice = chain.alice.address;
  });
  after(async () => {
    await chain?.disconnect();
    await node?.stop();
  });
  afterEach((test) => node?.explain(test));

  const changes = (...args) => chain.changes(...args);

  it('of a message: fee, gas, value and deposit are the difference', async () => {
    const counting = idl('counter');
    const { deposit: pay } = idl('vault').methods;
    const { program: counter } = await chain.deploy(program('counter'), { payload: counting.constructors.new(0) });
    const { program: vault } = await chain.deploy(program('vault'));
    for (const [to, payload, amount] of [
      [counter, counting.methods.add(1), 0n], [vault, pay(), 1n], [vault, pay(), 123_456_789n],
    ]) {
      const sent = await chain.send(to, payload, { value: amount });
      assert.equal(sent.code, 'Replied');
      const change = await changes(sent.hash, { alice, program: to });
      const spent = sent.fee + chain.gasCost(sent.gasBurned);
      const deposit = change.program.held;
      assert.deepEqual(change, {
        alice: { free: -(spent + amount + deposit), held: 0n },
        program: { free: amount, held: deposit },
        issuance: -spent, // Fees and gas are burned on this chain.
      });
    }
  });

  it('of growth: the caller pays the deposit that the dry run names, and no less will do', async () => {
    const grower = await chain.deploy(handling(
      '(drop (call $state_set (i32.const 0) (i32.const 8) (i32.const 0) (i32.const 100)))',
      '(import "actors_v1" "state_set" (func $state_set (param i32 i32 i32 i32) (result i32)))'));
    const dry = ok(await api.call.actorsApi.dryRunMessage(alice, grower.program, '0x', 0, null, null));
    const needed = dry.depositUsed.toBigInt();
    assert.ok(needed > 108n * api.consts.actors.depositPerByte.toBigInt());

    const short = await chain.send(grower.program, '0x', { deposit: needed - 1n, value: UNIT });
    assert.equal(short.code, 'DepositShortfall');
    const spent = short.fee + chain.gasCost(short.gasBurned);
    const unchanged = { free: 0n, held: 0n };
    assert.deepEqual(await changes(short.hash, { alice, program: grower.program }),
      { alice: { free: -spent, held: 0n }, program: unchanged, issuance: -spent });

    const exact = await chain.send(grower.program, '0x', { deposit: needed });
    assert.equal(exact.code, 'Finished');
    const change = await changes(exact.hash, { alice, program: grower.program });
    assert.deepEqual(change.program, { free: 0n, held: needed });
    assert.equal(change.alice.free, -(exact.fee + chain.gasCost(exact.gasBurned) + needed));
    const record = (await api.call.actorsApi.program(grower.program)).unwrap();
    assert.equal(record.deposit.toBigInt(), (await chain.balance(grower.program)).held);
  });

  it('of a failure: the value comes back, fee and gas are gone', async () => {
    const { program: trap } = await chain.deploy(handling('unreachable'));
    const sent = await chain.send(trap, '0x', { value: 987_654_321_000n });
    assert.equal(sent.code, 'Trapped');
    const spent = sent.fee + chain.gasCost(sent.gasBurned);
    assert.deepEqual(await changes(sent.hash, { alice, trap }),
      { alice: { free: -spent, held: 0n }, trap: { free: 0n, held: 0n }, issuance: -spent });
  });

  it('of gas that runs out: exactly the limit is paid', async () => {
    const { program: endless } = await chain.deploy(handling('(loop $l (br $l))'));
    const sent = await chain.send(endless, '0x', { gas: 7_777_777_777n });
    assert.equal(sent.code, 'OutOfGas');
    const spent = sent.fee + chain.gasCost(7_777_777_777n);
    assert.deepEqual(await changes(sent.hash, { alice }),
      { alice: { free: -spent, held: 0n }, issuance: -spent });
  });

  it('of a reply: the value that a program returns arrives', async () => {
    const { program: echo } = await chain.deploy(handling(
      '(call $value (i32.const 0)) (drop (call $reply (i32.const 0) (i32.const 16) (i32.const 0)))',
      `${value} ${reply}`));
    const sent = await chain.send(echo, '0x', { value: UNIT + 1n });
    assert.equal(sent.code, 'Replied');
    assert.equal(sent.value, UNIT + 1n);
    const spent = sent.fee + chain.gasCost(sent.gasBurned);
    const change = await changes(sent.hash, { alice, echo });
    assert.deepEqual(change.alice, { free: -(spent + change.echo.held), held: 0n });
    assert.equal(change.echo.free, 0n);
  });

  it('of a cascade: one purse pays for all of it', async () => {
    // Passes the value of its message on to the 32 bytes of its payload, with a byte and all deposit money: the vault's
    // `deposit`.
    const { program: relay } = await chain.deploy(handling(`
      (drop (call $read (i32.const 0) (i32.const 32) (i32.const 0)))
      (call $value (i32.const 32))
      (i64.store (i32.const 144) (i64.const -1))
      (i64.store (i32.const 152) (i64.const -1))
      (drop (call $send (i32.const 0) (i32.const 128) (i32.const 1) (i32.const 32) (i32.const 144)
        (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 64)))`, `${read} ${value} ${send}`));
    assert.deepEqual(idl('vault').methods.deposit(), Buffer.from([0]));
    const { program: vault } = await chain.deploy(program('vault'), { salt: '0x02' });
    const target = api.registry.createType('AccountId', vault).toU8a();
    const sent = await chain.send(relay, bytes(target), { value: UNIT });
    assert.equal(sent.code, 'Finished');
    const processed = sent.block.filter((event) => is(event, 'actors', 'MessageProcessed'));
    assert.equal(processed.length, 2);
    const gas = processed.reduce((sum, { data }) => sum + data.gasBurned.toBigInt(), 0n);
    const spent = sent.fee + chain.gasCost(gas);
    const change = await changes(sent.hash, { alice, relay, vault });
    assert.equal(change.vault.free, UNIT);
    assert.equal(change.relay.free, 0n);
    assert.equal(change.issuance, -spent);
    const deposits = change.relay.held + change.vault.held;
    assert.deepEqual(change.alice, { free: -(spent + UNIT + deposits), held: 0n });
  });

  it('of a message to a user: the value is on the account at once', async () => {
    const { program: giver } = await chain.deploy(handling(`
      (call $source (i32.const 0))
      (call $value (i32.const 32))
      (drop (call $send (i32.const 0) (i32.const 0) (i32.const 3) (i32.const 32) (i32.const 0)
        (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 64)))`, `${source} ${value} ${send}`));
    const sent = await chain.send(giver, '0x', { value: 5n });
    const message = sent.block.find((event) =>
      is(event, 'actors', 'UserMessage') && event.data.reply.isNone).data;
    assert.equal(message.destination.toString(), alice);
    assert.equal(message.value.toBigInt(), 5n);
    const spent = sent.fee + chain.gasCost(sent.gasBurned);
    const change = await changes(sent.hash, { alice, giver });
    assert.deepEqual(change.alice, { free: -(spent + change.giver.held), held: 0n });
  });

  it('of a creation: existential deposit, record and pages go with the program', async () => {
    const payload = idl('factory').constructors.new(await chain.upload(program('factory')));
    const made = await chain.deploy(program('factory'), { payload, value: 10n });
    assert.match(made.code, /Finished|Replied/);
    const change = await changes(made.hash, { alice, program: made.program });
    const spent = made.fee + chain.gasCost(made.gasBurned);
    const existential = api.consts.balances.existentialDeposit.toBigInt();
    const { held } = change.program;
    assert.deepEqual(change, {
      alice: { free: -(spent + existential + held + 10n), held: 0n },
      program: { free: existential + 10n, held },
      issuance: -spent,
    });
    const record = (await api.call.actorsApi.program(made.program)).unwrap();
    assert.equal(record.deposit.toBigInt(), held);
  });

  it('of code: the deposit is held, and released to the unit; a failed init returns all', async () => {
    const code = wat('(module (memory (export "memory") 1) (func (export "init") unreachable))');
    const hash = api.registry.hash(code);
    const upload = await chain.submit(api.tx.actors.uploadCode(bytes(code)));
    const deposit = find(upload.events, 'actors', 'CodeUploaded').deposit.toBigInt();
    assert.ok(deposit > 0n);
    assert.deepEqual(await changes(upload.hash, { alice }),
      { alice: { free: -(upload.fee + deposit), held: deposit }, issuance: -upload.fee });

    const made = await chain.deploy(code, { value: 77n * UNIT });
    assert.equal(made.code, 'Trapped');
    const spent = made.fee + chain.gasCost(made.gasBurned);
    assert.deepEqual(await changes(made.hash, { alice, program: made.program }),
      { alice: { free: -spent, held: 0n }, program: { free: 0n, held: 0n }, issuance: -spent });

    const removal = await chain.submit(api.tx.actors.removeCode(hash));
    assert.equal(find(removal.events, 'actors', 'CodeRemoved').deposit.toBigInt(), deposit);
    assert.deepEqual(await changes(removal.hash, { alice }),
      { alice: { free: deposit - removal.fee, held: -deposit }, issuance: -removal.fee });
  });

  it('of code that others keep: each has its own deposit, and who uploaded it may go', async () => {
    const code = wat('(module (memory (export "memory") 1) (func (export "handle")))');
    const hash = api.registry.hash(code);
    const bob = chain.bob.address;
    const upload = await chain.submit(api.tx.actors.uploadCode(bytes(code)));
    const deposit = find(upload.events, 'actors', 'CodeUploaded').deposit.toBigInt();
    const made = await chain.deploy(code, {});
    assert.equal(made.code, 'Finished');

    const kept = await chain.submit(api.tx.actors.keepCode(hash), { signer: chain.bob });
    assert.equal(find(kept.events, 'actors', 'CodeKept').deposit.toBigInt(), deposit);
    assert.deepEqual(await changes(kept.hash, { alice, bob }),
      { alice: { free: 0n, held: 0n }, bob: { free: -(kept.fee + deposit), held: deposit }, issuance: -kept.fee });

    const left = await chain.submit(api.tx.actors.removeCode(hash));
    assert.equal(find(left.events, 'actors', 'CodeReleased').keeper.toString(), alice);
    assert.deepEqual(await changes(left.hash, { alice }),
      { alice: { free: deposit - left.fee, held: -deposit }, issuance: -left.fee });
    const details = (await api.call.actorsApi.code(hash)).unwrap();
    assert.deepEqual([details.keepers.toNumber(), details.references.toNumber()], [1, 1]);
    assert.equal(details.deposit.toBigInt(), deposit);
  });

  it('ends with no purse and nothing in escrow', async () => {
    assert.deepEqual(await api.query.actors.purses.entries(), []);
    assert.equal(await chain.inEscrow(), 0n);
  });

  it('leaves no complaint in the log', () => {
    assert.deepEqual(node.complaints, []);
  });
});
