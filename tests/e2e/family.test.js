// Programs that create programs, see replies and exit; pausing; and reads by view function.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, describe, it } from 'node:test';

import { Chain, DEPOSIT, GAS, UNIT, find, is, ok } from './lib/chain.js';
import { idl } from './lib/idl.js';
import { Node } from './lib/node.js';
import { program, wat } from './lib/programs.js';

const i64 = (number) => {
  const data = Buffer.alloc(8);
  data.writeBigInt64LE(number);
  return data;
};
const u128 = (number) => Buffer.concat([i64(BigInt(number)), Buffer.alloc(8)]);

describe('families of programs', { timeout: 300_000 }, () => {
  const source = new URL('../fixtures/programs/family.wat', import.meta.url);
  const code = wat(readFileSync(source, 'utf8'));
  let node;
  let chain;
  let family;
  before(async () => {
    node = await Node.start('--dev');
    chain = await Chain.connect(node);
    family = (await chain.deploy(code)).program;
  });
  after(async () => {
    await chain?.disconnect();
    await node?.stop();
  });
  afterEach((test) => node?.explain(test));

  const id = (address) => chain.api.createType('AccountId', address).toU8a();
  const sending = (to, value, payload) =>
    Buffer.concat([Buffer.from([1]), id(to), i64(-1n), u128(value), Buffer.from(payload)]);

  it('see the replies to what they send', async () => {
    const ping = (await chain.deploy(program('raw-ping'))).program;
    const sent = await chain.send(family, sending(ping, 0, 'PING'));
    assert.equal(sent.payload.readInt32LE(), 0);
    // The message, the one it sent, and that one's reply: three turns in one block.
    const turns = (await chain.events(sent.ended))
      .filter((event) => is(event, 'actors', 'MessageProcessed'));
    assert.equal(turns.length, 3);
    const seen = (await chain.send(family, Buffer.from([3]))).payload;
    assert.equal(seen.readInt32LE(), 1);
    assert.equal(seen.subarray(4, 36).toString('hex'), sent.payload.subarray(4).toString('hex'));
    assert.equal(seen.subarray(88).toString(), 'PONG');
  });

  it('see with what others revert, and have their value back', async () => {
    const { constructors, methods: { add } } = idl('counter');
    const counter = (await chain.deploy(program('counter'), { payload: constructors.new(0) })).program;
    for (const [payload, reason] of [
      [add(1), 'NotPayable'],
      [[9], { UnknownRoute: { route: '9' } }],
    ]) {
      await chain.send(family, sending(counter, 5, payload), { value: 5n });
      const seen = (await chain.send(family, Buffer.from([3]))).payload;
      assert.equal(seen.readInt32LE(36), 0x108);
      assert.equal(seen.readBigUInt64LE(72), 5n);
      assert.deepEqual(add.refusal(seen.subarray(88)).toHuman(), reason);
    }
  });

  it('create programs, which users can talk to', async () => {
    const { codeHash } = (await chain.api.call.actorsApi.program(family)).unwrap();
    const payload = Buffer.concat([
      Buffer.from([0]), codeHash.toU8a(), i64(-1n), u128(0), Buffer.from([0]),
    ]);
    const made = await chain.send(family, payload, { value: UNIT });
    assert.equal(made.payload.readInt32LE(), 0);
    const child = chain.api.createType('AccountId', made.payload.subarray(4, 36)).toString();
    const record = (await chain.api.call.actorsApi.program(child)).unwrap();
    assert.equal(record.status.type, 'Active');
    assert.equal(record.creator.toString(), family);
    assert.equal((await chain.send(child, Buffer.from([3]))).code, 'Replied');
  });

  it('exit, and whoever writes to them later learns who inherits', async () => {
    const mortal = (await chain.deploy(code, { salt: '0x02' })).program;
    await chain.send(mortal, Buffer.from([4, 1, 2, 3]));
    const heir = chain.stranger('heir').address;
    const owned = await chain.balance(mortal);
    const leaving = Buffer.concat([Buffer.from([2]), id(heir)]);
    const left = await chain.send(mortal, leaving, { value: UNIT });
    assert.equal(left.code, 'Finished');
    const gone = find(left.block, 'actors', 'ProgramExited');
    assert.equal(gone.inheritor.toString(), heir);
    const { depositPerItem, depositPerByte } = chain.api.consts.actors;
    const tombstone = depositPerItem.toBigInt() + 64n * depositPerByte.toBigInt();
    const { actorsApi } = chain.api.call;
    assert.equal((await actorsApi.inheritor(mortal)).unwrap().toString(), heir);
    assert.equal((await chain.refused(chain.message(mortal))).name, 'actors.NotAProgram');
    const told = await chain.send(family, sending(mortal, 0, ''));
    assert.equal(told.payload.readInt32LE(), 0);
    const seen = (await chain.send(family, Buffer.from([3]))).payload;
    assert.equal(seen.readInt32LE(36), 0x202);
    assert.equal(seen.subarray(88).toString('hex'), Buffer.from(id(heir)).toString('hex'));
    // What it stored is freed.
    while ((await actorsApi.queue()).unfreedPrograms.toNumber() > 0) await chain.send(family);
    assert.equal((await chain.balance(heir)).free, owned.free + owned.held + UNIT - tombstone);
    const stored = Object.keys(await chain.storage('actors'));
    const address = Buffer.from(id(mortal)).toString('hex');
    const kept = stored.filter((key) => key.includes(address));
    assert.equal(kept.length, 1, 'the tombstone alone');
  });

  it('are paused by the manager, and lose nothing', async () => {
    const { api } = chain;
    const pause = (paused) => api.tx.sudo.sudo(api.tx.actors.setServicePaused(paused));
    await chain.submit(pause(true));
    const { events } = await chain.submit(chain.message(family, Buffer.from([3])));
    const { messageId } = find(events, 'actors', 'MessageQueued');
    const queue = await api.call.actorsApi.queue();
    assert.equal(queue.queued.toNumber(), 1);
    assert.equal(queue.isPaused.isTrue, true);
    assert.equal(queue.messages[0].id.toHex(), messageId.toHex());
    assert.equal(queue.placePrice.toBigInt(), 0n, 'in quiet times');
    assert.equal((await api.call.actorsApi.hasWork()).isTrue, false);
    const { hash } = await chain.submit(pause(false));
    assert.equal((await chain.ending(messageId, hash)).code, 'Replied');
    assert.equal((await chain.refused(api.tx.actors.setServicePaused(true))).name, 'BadOrigin');
  });

  it('are foreseen by dry runs, whole cascades included', async () => {
    const { api, alice } = chain;
    const ping = (await chain.deploy(program('raw-ping'), { salt: '0x03' })).program;
    const payload = `0x${sending(ping, 0, 'PING').toString('hex')}`;
    const dry = ok(await api.call.actorsApi.dryRunMessage(alice.address, family, payload, 0, null, null));
    assert.equal(dry.isComplete.isTrue, true);
    assert.deepEqual(dry.turns.map(({ program: to }) => to.toString()), [family, ping, family]);
    const real = await chain.send(family, payload, { gas: dry.gasNeeded.toBigInt() });
    assert.equal(real.code, 'Replied');
    const burned = real.block
      .filter((event) => is(event, 'actors', 'MessageProcessed'))
      .reduce((sum, { data }) => sum + data.gasBurned.toBigInt(), 0n);
    assert.equal(burned, dry.gasBurned.toBigInt());
  });

  it('can be uploaded on trial', async () => {
    const { api, alice } = chain;
    const other = wat('(module (memory (export "memory") 1) (func (export "handle")))');
    const hex = `0x${other.toString('hex')}`;
    const foretold = ok(await api.call.actorsApi.dryRunUpload(alice.address, hex));
    const args = [hex, '0x', '0x', 0, null, null];
    const dry = ok(await api.call.actorsApi.dryRunUploadProgram(alice.address, ...args));
    assert.equal(dry.reply.unwrap().code.type, 'Finished');
    const { events } = await chain.submit(
      api.tx.actors.uploadProgram(hex, '0x', '0x', 0, GAS, DEPOSIT));
    const uploaded = find(events, 'actors', 'CodeUploaded');
    assert.equal(uploaded.codeHash.toHex(), foretold.codeHash.toHex());
    assert.equal(uploaded.deposit.toBigInt(), foretold.deposit.toBigInt());
    assert.equal(find(events, 'actors', 'ProgramCreated').program.toString(), dry.program.toString());
    const floats = wat('(module (memory (export "memory") 1) (func (export "handle") (drop (f32.const 0))))');
    const refused = await api.call.actorsApi.dryRunUpload(alice.address, `0x${floats.toString('hex')}`);
    assert.match(refused.asErr.asInvalid.toString(), /float/);
  });
});
