// From a file's bytes to a decoded reply, and every way in which a message can fail.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, afterEach, before, describe, it } from 'node:test';

import { Chain, GAS, UNIT, bytes, find, is, ok } from './lib/chain.js';
import { idl } from './lib/idl.js';
import { Node } from './lib/node.js';
import { handling, program, wat } from './lib/programs.js';

describe('messages', { timeout: 300_000 }, () => {
  const counting = idl('counter');
  const { constructors, methods: { add }, queries: { count } } = counting;
  let node;
  let chain;
  let counter;
  before(async () => {
    node = await Node.start('--dev');
    chain = await Chain.connect(node);
    counter = (await chain.deploy(program('counter'), { payload: constructors.new(0) })).program;
  });
  after(async () => {
    await chain?.disconnect();
    await node?.stop();
  });
  afterEach((test) => node?.explain(test));

  const sha256 = (data, rounds) => {
    for (let round = 0; round < rounds; round += 1) {
      data = createHash('sha256').update(data).digest();
    }
    return data;
  };

  it('go from upload to reply', async () => {
    const code = program('ping');
    const { ping } = idl('ping').methods;
    const { api } = chain;

    const upload = await chain.submit(api.tx.actors.uploadCode(`0x${code.toString('hex')}`));
    const { codeHash, uploader } = find(upload.events, 'actors', 'CodeUploaded');
    assert.equal(codeHash.toHex(), api.registry.hash(code).toHex());
    assert.equal(uploader.toString(), chain.alice.address);

    const creation = await chain.submit(
      api.tx.actors.createProgram(codeHash, '0x01', '0x', 0, GAS, UNIT));
    const created = find(creation.events, 'actors', 'ProgramCreated');
    const init = await chain.ending(created.messageId, creation.hash);
    assert.equal(init.code, 'Finished');
    const { program: initialised } = find(init.block, 'actors', 'ProgramInitialised');
    assert.equal(initialised.toString(), created.program.toString());

    const call = chain.message(created.program, ping());
    const { hash, events } = await chain.submit(call);
    const { messageId } = find(events, 'actors', 'MessageQueued');
    const reply = (await chain.events(hash)).find((event) => is(event, 'actors', 'UserMessage'));
    assert.equal(reply.data.source.toString(), created.program.toString());
    assert.equal(reply.data.destination.toString(), chain.alice.address);
    assert.equal(ping.answer(reply.data.payload).toString(), 'PONG');
    assert.equal(reply.data.reply.unwrap().to.toHex(), messageId.toHex());
    assert.equal(reply.data.reply.unwrap().code.type, 'Replied');
  });

  it('find a program at the address that anyone can compute', async () => {
    const { api } = chain;
    const { registry } = api;
    const code = program('ping');
    const salt = '0x73616c74';
    const { program: address } = await chain.deploy(code, { salt });
    const preimage = Buffer.concat([
      Buffer.from('actors/program'),
      registry.hash(code),
      chain.alice.publicKey,
      registry.createType('Bytes', salt).toU8a(),
    ]);
    assert.equal(address, registry.createType('AccountId', registry.hash(preimage)).toString());

    const record = (await api.call.actorsApi.program(address)).unwrap();
    assert.equal(record.codeHash.toHex(), registry.hash(code).toHex());
    assert.equal(record.creator.toString(), chain.alice.address);
    assert.equal(record.admin.unwrap().toString(), chain.alice.address);
    assert.equal(record.epoch.toNumber(), 0);
    assert.equal(record.status.type, 'Active');
    const details = (await api.call.actorsApi.code(record.codeHash)).unwrap();
    assert.equal(details.bytes.toNumber() + details.idlBytes.toNumber(), code.length);
    assert.ok(details.exports.map(String).includes('handle'));
  });

  it('keep state over many of them, in order', async () => {
    const before = (await chain.ask(counter, count)).toNumber();
    const first = await chain.api.rpc.system.accountNextIndex(chain.alice.address);
    const amounts = Array.from({ length: 100 }, (_, index) => index + 1);
    const sent = await Promise.all(amounts.map((amount, index) =>
      chain.send(counter, add(amount), { nonce: first.addn(index) })));
    let total = before;
    for (const [index, { code, payload, emitted }] of sent.entries()) {
      total += amounts[index];
      assert.equal(code, 'Replied');
      assert.equal(add.answer(payload).toNumber(), total);
      assert.deepEqual(emitted.map((data) => counting.event(data).toJSON()),
        [{ added: { by: amounts[index], count: total } }]);
    }
    assert.equal((await chain.ask(counter, count)).toNumber(), before + 5050);
    assert.equal(add.answer((await chain.send(counter, add(1))).payload).toNumber(), before + 5051);
    assert.equal((await chain.api.call.actorsApi.queue()).queued.toNumber(), 0);
  });

  it('give programs of the same code a state each', async () => {
    const one = await chain.deploy(program('counter'), { salt: '0x01', payload: constructors.new(7) });
    const other = await chain.deploy(program('counter'), { salt: '0x02', payload: constructors.new(0) });
    await chain.send(one.program, add(10));
    assert.equal((await chain.ask(one.program, count)).toNumber(), 17);
    assert.equal((await chain.ask(other.program, count)).toNumber(), 0);
  });

  it('write keyed state that anyone can read', async () => {
    const { program: writer } = await chain.deploy(handling(`
      (i32.store (i32.const 0) (i32.const 0x04030201))
      (drop (call $state_set (i32.const 0) (i32.const 2) (i32.const 2) (i32.const 2)))`,
    '(import "actors_v1" "state_set" (func $state_set (param i32 i32 i32 i32) (result i32)))'));
    await chain.send(writer);
    const entry = async (key) => {
      const read = await chain.api.call.actorsApi.stateEntry(writer, key);
      return read.isOk ? read.asOk : read;
    };
    assert.equal((await entry('0x0102')).unwrap().toHex(), '0x0304');
    assert.ok((await entry('0x0103')).isNone);
  });

  it('compute what the same computation gives elsewhere', async () => {
    const hasher = (await chain.deploy(program('hash-chain'))).program;
    const { hash } = idl('hash-chain').methods;
    for (const rounds of [0, 1, 2, 50]) {
      const seed = randomBytes(32);
      const { code, payload } = await chain.send(hasher, hash(seed, rounds));
      assert.equal(code, 'Replied');
      assert.deepEqual(Buffer.from(hash.answer(payload)), sha256(seed, rounds), `${rounds} rounds`);
    }
  });

  it('cost in a dry run what they cost on chain', async () => {
    const { api } = chain;
    const dryRun = async (...args) =>
      ok(await api.call.actorsApi.dryRunMessage(chain.alice.address, counter, ...args));
    for (const payload of [add(5), Buffer.alloc(0), add(0), add(2 ** 32 - 1)]) {
      const dry = await dryRun(`0x${payload.toString('hex')}`, 0, null, null);
      const sent = await chain.send(counter, payload);
      assert.equal(sent.gasBurned, dry.gasBurned.toBigInt());
      assert.equal(sent.messageId, dry.messageId.toHex());
      assert.equal(sent.code, dry.reply.unwrap().code.type);
      assert.deepEqual(sent.payload, Buffer.from(dry.reply.unwrap().payload));
      assert.deepEqual(sent.emitted, dry.events.map(({ data }) => Buffer.from(data)));
    }
    // The least gas is enough, and no less is.
    const one = bytes(add(1));
    const needed = (await dryRun(one, 0, null, null)).gasNeeded.toBigInt();
    assert.equal((await chain.send(counter, one, { gas: needed })).code, 'Replied');
    const needs = (await dryRun(one, 0, null, null)).gasNeeded.toBigInt();
    const short = await chain.send(counter, one, { gas: needs - 1n });
    assert.equal(short.code, 'OutOfGas');
  });

  it('cost in a dry run of a creation what it costs on chain', async () => {
    const { api } = chain;
    const code = program('counter');
    const payload = constructors.new(2);
    const args = [api.registry.hash(code), '0x0d', bytes(payload), 0];
    const dry = ok(await api.call.actorsApi.dryRunCreation(chain.alice.address, ...args, null, null));
    const made = await chain.deploy(code, { salt: '0x0d', payload });
    assert.equal(made.program, dry.program.toString());
    assert.equal(made.gasBurned, dry.gasBurned.toBigInt());
    assert.equal(made.messageId, dry.messageId.toHex());
  });

  it('change nothing in a dry run or a read', async () => {
    const { api } = chain;
    const hash = (await api.rpc.chain.getHeader()).hash.toHex();
    const before = await chain.storage('actors', hash);
    ok(await api.call.actorsApi.dryRunMessage(chain.alice.address, counter, bytes(add(1)), 0, null, null));
    await chain.ask(counter, count);
    assert.equal((await api.rpc.chain.getHeader()).hash.toHex(), hash);
    assert.deepEqual(await chain.storage('actors'), before);
  });

  it('end with the text of a panic', async () => {
    const ping = (await chain.deploy(program('raw-ping'), { salt: '0x02' })).program;
    const { code, payload, value } = await chain.send(ping, 'PANG', { value: UNIT });
    assert.equal(code, 'Panicked');
    assert.equal(payload.toString(), 'expected PING');
    assert.equal(value, UNIT);
    assert.equal((await chain.send(ping, 'PING')).payload.toString(), 'PONG');
  });

  it('end with a trap, its value returned', async () => {
    const { program: trap } = await chain.deploy(handling('unreachable'));
    const before = await chain.balance(trap);
    const { code, payload, value } = await chain.send(trap, '0x', { value: 12_345n * UNIT });
    assert.equal(code, 'Trapped');
    assert.equal(payload.length, 0);
    assert.equal(value, 12_345n * UNIT);
    assert.deepEqual(await chain.balance(trap), before);
  });

  it('end out of gas, all of it burned', async () => {
    const { program: endless } = await chain.deploy(handling('(loop $l (br $l))'));
    for (const gas of [5_000_000_000n, 12_345_678_901n]) {
      const { code, gasBurned, value } = await chain.send(endless, '0x', { gas, value: UNIT });
      assert.equal(code, 'OutOfGas');
      assert.equal(gasBurned, gas);
      assert.equal(value, UNIT);
    }
  });

  it('end when calls nest too deep or memory grows too large', async () => {
    const { program: deep } = await chain.deploy(wat(`
      (module (memory (export "memory") 1)
        (func $down (param i32) (call $down (i32.add (local.get 0) (i32.const 1))))
        (func (export "handle") (call $down (i32.const 0))))`));
    assert.equal((await chain.send(deep)).code, 'StackDepth');
    // Past the limit `memory.grow` answers -1, as WebAssembly says.
    const { program: large } = await chain.deploy(handling(
      '(if (i32.ne (memory.grow (i32.const 65535)) (i32.const -1)) (then unreachable))'));
    assert.equal((await chain.send(large)).code, 'Finished');
  });

  it('leave nothing behind when they fail', async () => {
    const { program: half } = await chain.deploy(handling(`
      (i32.store (i32.const 40000) (i32.const 7))
      (drop (call $emit (i32.const 0) (i32.const 4)))
      (drop (call $state_set (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 4)))
      (drop (call $reply (i32.const 0) (i32.const 4) (i32.const 64)))
      unreachable`, `
      (import "actors_v1" "emit" (func $emit (param i32 i32) (result i32)))
      (import "actors_v1" "state_set" (func $state_set (param i32 i32 i32 i32) (result i32)))
      (import "actors_v1" "reply" (func $reply (param i32 i32 i32) (result i32)))`));
    const before = await chain.storage('actors');
    const { code, emitted, payload } = await chain.send(half);
    assert.equal(code, 'Trapped');
    assert.deepEqual(emitted, []);
    assert.equal(payload.length, 0);
    // The queue has moved on; nothing else has.
    const service = chain.api.query.actors.service.key();
    const rest = ({ [service]: _, ...others }) => others;
    assert.deepEqual(rest(await chain.storage('actors')), rest(before));
  });

  it('remove a program whose init fails', async () => {
    const code = wat('(module (memory (export "memory") 1) (func (export "init") unreachable))');
    const made = await chain.deploy(code);
    assert.equal(made.code, 'Trapped');
    const removed = find(made.block, 'actors', 'ProgramRemoved');
    assert.equal(removed.program.toString(), made.program);
    assert.equal(removed.code.type, 'Trapped');
    assert.ok((await chain.api.call.actorsApi.program(made.program)).isNone);
  });

  it('leaves no complaint in the log', () => {
    assert.deepEqual(node.complaints, []);
  });
});
