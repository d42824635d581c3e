// The interface of a program comes with its code from the chain, and is all that a client needs.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';

import { Chain, bytes, find, ok } from './lib/chain.js';
import { Idl, customSections, sectionOf } from './lib/idl.js';
import { Node } from './lib/node.js';
import { folder, program } from './lib/programs.js';

describe('interfaces', { timeout: 300_000 }, () => {
  const code = program('counter');
  const start = [...customSections(code)].at(-1).start;
  let node;
  let chain;
  let api;
  let hash;
  let counter;
  /** The interface as the chain tells it, of whatever program stands at an address. */
  async function told(address) {
    const { codeHash } = (await api.call.actorsApi.program(address)).unwrap();
    return new Idl(await chain.idl(codeHash.toHex()));
  }
  before(async () => {
    node = await Node.start('--dev');
    chain = await Chain.connect(node);
    ({ api } = chain);
    hash = (await chain.upload(code)).toHex();
    const { constructors } = new Idl(await chain.idl(hash));
    counter = (await chain.deploy(code, { payload: constructors.new(7) })).program;
  });
  after(async () => {
    await chain?.disconnect();
    await node?.stop();
  });
  afterEach((test) => node?.explain(test));

  it('are what the last section of the code says, byte for byte', async () => {
    const section = sectionOf(code);
    assert.equal(section[0], 1);
    assert.deepEqual(await chain.idl(hash), section);
    // As the library has it, without a type or a word from here.
    const plain = await api.call.actorsApi.idl(hash);
    assert.equal(plain.unwrap().toHex(), bytes(section));
    assert.ok((await api.call.actorsApi.idl(api.registry.hash('no code'))).isNone);
    const { name, end } = [...customSections(code)].at(-1);
    assert.deepEqual([name, end], ['actors:idl', code.length]);

    const details = (await api.call.actorsApi.code(hash)).unwrap();
    assert.equal(details.bytes.toNumber(), start);
    assert.equal(details.idlBytes.toNumber(), end - start);
    assert.ok(section.length <= api.consts.actors.limits.idl.toNumber());
    assert.equal(await chain.idl(api.registry.hash('no code').toHex()), undefined);
  });

  it('are of the code: the upload comes back whole, and its hash is the name', async () => {
    assert.deepEqual(await chain.wasm(hash), code);
    // What the library hashes with is blake2_256.
    assert.equal(api.registry.hash(code).toHex(), hash);
    // The same code with another interface is another code.
    const bare = code.subarray(0, start);
    const { codeHash } = ok(await api.call.actorsApi.dryRunUpload(chain.alice.address, bytes(bare)));
    assert.notEqual(codeHash.toHex(), hash);
  });

  it('cost a deposit, and not a unit of gas in any turn', async () => {
    const bare = code.subarray(0, start);
    const deposit = async (which) =>
      ok(await api.call.actorsApi.dryRunUpload(chain.bob.address, bytes(which))).deposit.toBigInt();
    // What is stored already is not uploaded again: a byte of documentation makes it another.
    const other = Buffer.from(code);
    other[other.indexOf('Adds, and answers')] ^= 0x20;
    const { depositPerItem, depositPerByte } = api.consts.actors;
    assert.equal(await deposit(other) - await deposit(bare),
      depositPerItem.toBigInt() + BigInt(code.length - start) * depositPerByte.toBigInt());

    const { constructors, methods: { add } } = await told(counter);
    const raw = await chain.deploy(bare, { payload: constructors.new(7) });
    const typed = await chain.deploy(code, { payload: constructors.new(7), salt: '0x01' });
    assert.equal(typed.gasBurned, raw.gasBurned);
    assert.equal((await chain.send(typed.program, add(1))).gasBurned, (await chain.send(raw.program, add(1))).gasBurned);
  });

  it('name calls, and read answers, events and errors', async () => {
    const idl = await told(counter);
    const { constructors, methods, queries } = idl;
    assert.deepEqual([idl.name, Object.keys(constructors), Object.keys(methods), Object.keys(queries)],
      ['counter', ['new'], ['add', 'count'], ['count']]);
    assert.deepEqual(methods.add.args, ['by']);
    assert.match(methods.add.docs.join('\n'), /Adds, and answers the count\./);

    const added = await chain.send(counter, methods.add(5));
    assert.equal(added.code, 'Replied');
    assert.equal(methods.add.answer(added.payload).toNumber(), 12);
    assert.deepEqual(added.emitted.map((data) => idl.event(data).toHuman()), [{ Added: { by: '5', count: '12' } }]);
    assert.equal(methods.count.answer((await chain.send(counter, methods.count())).payload).toNumber(), 12);
    assert.equal((await chain.ask(counter, queries.count)).toNumber(), 12);

    const refused = await chain.send(counter, methods.add(2 ** 32 - 1));
    assert.equal(refused.code, 'Reverted');
    assert.deepEqual(methods.add.refusal(refused.payload).toHuman(), { Program: 'Overflow' });
    assert.deepEqual(refused.emitted, []);
    assert.equal((await chain.ask(counter, queries.count)).toNumber(), 12);
  });

  it('know types of all kinds: a token, whole', async () => {
    const ledger = program('ledger');
    const idl = new Idl(await chain.idl((await chain.upload(ledger)).toHex()));
    const { constructors, methods, queries } = idl;
    const { program: token } = await chain.deploy(ledger, {
      payload: constructors.new('Grüße', 'GRÜ', 3, 10n ** 30n),
    });
    const { alice, bob } = chain;
    assert.deepEqual((await chain.ask(token, queries.metadata)).toHuman(),
      { name: 'Grüße', symbol: 'GRÜ', decimals: '3' });
    const sent = await chain.send(token, methods.transfer(bob.address, 10n ** 29n));
    assert.equal(sent.code, 'Finished');
    assert.equal(sent.payload.length, 0);
    const [{ asTransfer: { from, to, amount } }] = sent.emitted.map(idl.event);
    assert.deepEqual([from.unwrap().toString(), to.unwrap().toString(), amount.toBigInt()],
      [alice.address, bob.address, 10n ** 29n]);
    assert.equal((await chain.ask(token, queries.balance_of, bob.address)).toBigInt(), 10n ** 29n);
    assert.equal((await chain.ask(token, queries.total_supply)).toBigInt(), 10n ** 30n);
    const refused = await chain.send(token, methods.mint(bob.address, 1), { signer: bob });
    assert.deepEqual(methods.mint.refusal(refused.payload).toHuman(), { Program: 'NotOwner' });
  });

  it('tell types apart that differ in a constant alone', async () => {
    const code = program('sdk-calls');
    const { constructors, methods: { lengths } } = new Idl(sectionOf(code));
    const { program: calls } = await chain.deploy(code, { payload: constructors.new(0) });
    const [short, long] = [10, 20].map((length) => Buffer.from([...Array(length).keys()]));
    assert.deepEqual(lengths(short, long), Buffer.concat([Buffer.from([lengths.route]), short, long]));
    const sent = await chain.send(calls, lengths(short, long));
    assert.equal(sent.code, 'Replied');
    const [first, second] = lengths.answer(sent.payload);
    assert.deepEqual([first.toHex(), second.toHex()], [bytes(long), bytes(short)]);
    const types = JSON.parse(readFileSync(join(folder, 'sdk-calls.idl.json'), 'utf8')).types;
    const names = types.map(({ type }) => type.path?.at(-1)).filter((name) => name?.startsWith('Fixed'));
    assert.deepEqual(names.sort(), ['Fixed_10', 'Fixed_20']);
  });

  it('are shown in JSON beside the file as they are in it', () => {
    for (const name of ['counter', 'escrow', 'ledger', 'oracle-2', 'vote']) {
      const json = JSON.parse(readFileSync(join(folder, `${name}.idl.json`), 'utf8'));
      const idl = new Idl(sectionOf(program(name)));
      assert.equal(json.name, idl.name);
      assert.equal(json.stateVersion ?? undefined, idl.stateVersion);
      for (const kind of ['constructors', 'methods', 'queries']) {
        const shown = json[kind].map(({ name: called, route, docs, args, payable, async: isAsync }) =>
          [called, { route, docs, args: args.map((arg) => arg.name), payable, isAsync }]);
        const read = Object.entries(idl[kind]).map(([called, { route, docs, args, payable, isAsync }]) =>
          [called, { route, docs, args, payable, isAsync }]);
        assert.deepEqual(shown, read, `${name}: ${kind}`);
      }
      assert.deepEqual(json.migrations.map(({ from }) => String(from)), Object.keys(idl.migrations));
    }
  });

  it('are what the page about them spells byte by byte', () => {
    const page = readFileSync(new URL('../../docs/idl.md', import.meta.url), 'utf8');
    const [, table] = page.match(/<!-- begin: a section byte by byte.*?-->(.*?)<!-- end -->/s);
    const hex = [...table.matchAll(/^\| `([0-9a-f ]+)` \|/gm)].map(([, cell]) => cell.replaceAll(' ', '')).join('');
    const { name, version, methods: { say } } = new Idl(Buffer.from(hex, 'hex'));
    assert.deepEqual([name, version], ['echo', '0.1.0']);
    assert.equal(say(7).toString('hex'), '0007000000');
    assert.equal(say.answer(Buffer.from('07000000', 'hex')).toNumber(), 7);
    assert.deepEqual(say.refusal(Buffer.from('0300', 'hex')).toHuman(), { Arguments: { argument: '0' } });
  });

  it('of raw bytes are none', async () => {
    const raw = program('raw-ping');
    const stored = (await chain.upload(raw)).toHex();
    assert.equal(sectionOf(raw), undefined);
    assert.equal(await chain.idl(stored), undefined);
    assert.equal((await api.call.actorsApi.code(stored)).unwrap().idlBytes.toNumber(), 0);
    assert.deepEqual(await chain.wasm(stored), raw);
  });

  it('anywhere but at the end are refused, with the reason', async () => {
    const behind = Buffer.from([0, 5, 4, ...Buffer.from('name')]);
    for (const wrong of [
      Buffer.concat([code, behind]),
      Buffer.concat([code.subarray(0, 8), code.subarray(start), code.subarray(8)]),
    ]) {
      const { name, docs } = await chain.refused(api.tx.actors.uploadCode(bytes(wrong)));
      assert.equal(name, 'actors.CodeIdlMisplaced');
      assert.match(docs, /actors-build/);
      const verdict = (await api.call.actorsApi.checkCode(bytes(wrong))).asErr.toString();
      assert.match(verdict, /`actors:idl` section.* byte 0x.*actors-build/);
    }
  });

  it('go with their code', async () => {
    const stored = (await chain.upload(program('deeds'))).toHex();
    const key = api.query.actors.idls.key(stored);
    assert.ok(Object.keys(await chain.storage('actors')).includes(key));
    const { events } = await chain.submit(api.tx.actors.removeCode(stored));
    assert.ok(find(events, 'actors', 'CodeRemoved'));
    assert.equal(await chain.idl(stored), undefined);
    assert.equal(Object.keys(await chain.storage('actors')).includes(key), false);
  });

  it('leaves no complaint in the log', () => {
    assert.deepEqual(node.complaints, []);
  });
});
