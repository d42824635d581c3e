// Long cascades, cut off by kill -9 again and again, come to what they come to undisturbed.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { Chain, UNIT, is, u32 } from './lib/chain.js';
import { idl } from './lib/idl.js';
import { Node } from './lib/node.js';
import { program, wat } from './lib/programs.js';

/**
 * A runner: asks another program PING, awaits its PONG, rests for a block, and begins anew, as many
 * rounds as its message says. Then it posts a letter to Dave, who never answers, and rests until
 * that has expired; and then it tells the counter to add 1, to be delivered later, and replies how many
 * rounds it ran, with half of the value that came.
 *
 * Payload: rounds, then ping's, the counter's and Dave's accounts. What a message has left to do is
 * in keyed state under its id; how many rounds there were in all is in memory.
 */
const RUNNER = `
  (module
    (import "actors_v1" "turn_cause" (func $cause (result i32)))
    (import "actors_v1" "message_id" (func $id (param i32)))
    (import "actors_v1" "message_value" (func $value (param i32)))
    (import "actors_v1" "message_read" (func $read (param i32 i32 i32) (result i32)))
    (import "actors_v1" "reply_size" (func $answered (result i32)))
    (import "actors_v1" "reply_read" (func $answer (param i32 i32 i32) (result i32)))
    (import "actors_v1" "send" (func $send (param i32 i32 i32 i32 i32 i64 i32 i32 i32) (result i32)))
    (import "actors_v1" "wait" (func $wait (param i32) (result i32)))
    (import "actors_v1" "reply" (func $reply (param i32 i32 i32) (result i32)))
    (import "actors_v1" "state_get" (func $get (param i32 i32 i32 i32) (result i32)))
    (import "actors_v1" "state_set" (func $set (param i32 i32 i32 i32) (result i32)))
    (import "actors_v1" "state_remove" (func $remove (param i32 i32) (result i32)))
    (memory (export "memory") 1)
    ;; Of what a turn has written here nothing is kept: which turn is the last is a matter of time.
    (global (export "__stack_low") i32 (i32.const 0))
    (global (export "__stack_high") i32 (i32.const 16384))
    ;; 0: the payload; 104: the id; 136: value; 152: what is left; 156: an answer; 160: an id sent;
    ;; 192: value to send; 208: add(1); 216: PING; 220: PONG; 16384: rounds in all.
    (data (i32.const 208) "\\00\\01\\00\\00\\00\\00\\00\\00PINGPONG")

    (func $must (param i32) (if (i32.lt_s (local.get 0) (i32.const 0)) (then unreachable)))

    (func $keep (param i32)
      (i32.store (i32.const 152) (local.get 0))
      (call $must (call $set (i32.const 104) (i32.const 32) (i32.const 152) (i32.const 4))))

    (func $round
      (call $must (call $send (i32.const 4) (i32.const 216) (i32.const 4) (i32.const 192) (i32.const 0)
        (i64.const -1) (i32.const 0) (i32.const 1) (i32.const 160)))
      (call $must (call $wait (i32.const 100))))

    (func $write
      (i64.store (i32.const 192) (i64.const 1000000000000))
      ;; Flags: AWAIT, and 4 blocks.
      (call $must (call $send (i32.const 68) (i32.const 216) (i32.const 4) (i32.const 192) (i32.const 0)
        (i64.const -1) (i32.const 0) (i32.const 0x401) (i32.const 160)))
      (call $must (call $wait (i32.const 4))))

    (func $finish
      (call $must (call $remove (i32.const 104) (i32.const 32)))
      (i32.store (i32.const 16384) (i32.add (i32.load (i32.const 16384)) (i32.load (i32.const 0))))
      (call $must (call $send (i32.const 36) (i32.const 208) (i32.const 5) (i32.const 192) (i32.const 0)
        (i64.const 5000000000) (i32.const 3) (i32.const 0) (i32.const 160)))
      (call $value (i32.const 136))
      (i64.store (i32.const 136) (i64.shr_u (i64.load (i32.const 136)) (i64.const 1)))
      (call $must (call $reply (i32.const 0) (i32.const 4) (i32.const 136))))

    (func (export "handle")
      (call $must (call $read (i32.const 0) (i32.const 100) (i32.const 0)))
      (call $id (i32.const 104))
      (if (i32.eqz (call $cause))
        (then
          (call $keep (i32.load (i32.const 0)))
          (call $round)
          (return)))
      (call $must (call $get (i32.const 104) (i32.const 32) (i32.const 152) (i32.const 4)))
      (if (i32.eq (call $cause) (i32.const 1))
        (then
          (if (i32.ne (call $answered) (i32.const 4)) (then unreachable))
          (call $must (call $answer (i32.const 0) (i32.const 4) (i32.const 156)))
          (if (i32.ne (i32.load (i32.const 156)) (i32.load (i32.const 220))) (then unreachable))
          (call $keep (i32.sub (i32.load (i32.const 152)) (i32.const 1)))
          (call $must (call $wait (i32.const 1)))
          (return)))
      (if (i32.gt_s (i32.load (i32.const 152)) (i32.const 0)) (then (call $round) (return)))
      (if (i32.eqz (i32.load (i32.const 152)))
        (then (call $keep (i32.const -1)) (call $write))
        (else (call $finish))))

    (func (export "state")
      (call $must (call $reply (i32.const 16384) (i32.const 4) (i32.const 192)))))`;

const counting = idl('counter');

/** Who calls, in this order, and for how many rounds: some four hundred in all. */
const CALLS = [
  ['alice', 60], ['bob', 55], ['charlie', 50], ['alice', 45], ['alice', 40],
  ['bob', 35], ['charlie', 30], ['alice', 30], ['bob', 25], ['charlie', 20],
];
/** In the disturbed run, the node is killed when so many calls are in blocks. */
const KILLS = [2, 5, 7, CALLS.length];

/** A chain on which the calls are made one by one, and perhaps disturbed. */
class Run {
  /** How many times a kill found cascades at work. */
  cuts = 0;

  static async start() {
    const run = new Run();
    // Events are read when all is over.
    run.node = await Node.start('--dev', '--seal', '200', '--state-pruning', 'archive');
    run.chain = await Chain.connect(run.node);
    return run;
  }

  async stop() {
    await this.chain?.disconnect();
    await this.node?.stop();
  }

  /** Deploys the programs; and a first round, alone, pays for the page that all share. */
  async prepare() {
    const { chain } = this;
    const ping = (await chain.deploy(program('raw-ping'))).program;
    const payload = counting.constructors.new(0);
    this.counter = (await chain.deploy(program('counter'), { payload })).program;
    this.runner = (await chain.deploy(wat(RUNNER), { value: UNIT })).program;
    const id = (address) => chain.api.createType('AccountId', address).toU8a();
    this.course = [ping, this.counter, chain.dave.address].map(id);
    const { code } = await chain.send(this.runner, this.payload(1), { value: 4n * UNIT, gas: 10n ** 13n });
    assert.equal(code, 'Replied');
    await this.rest();
    this.first = await chain.number(await chain.head());
    this.nonces = {};
    for (const name of ['alice', 'bob', 'charlie']) this.nonces[name] = await this.nonce(name);
  }

  payload = (rounds) => Buffer.concat([u32(rounds), ...this.course]);

  nonce = async (name) => {
    const { nonce } = await this.chain.api.query.system.account(this.chain[name].address);
    return nonce.toNumber();
  };

  /** How many of somebody's calls are in blocks. */
  made = async (name) => await this.nonce(name) - this.nonces[name];

  call([name, rounds], nonce) {
    const { chain } = this;
    const call = chain.message(this.runner, this.payload(rounds), { value: 2n * UNIT, gas: 10n ** 13n });
    return [call, { signer: chain[name], nonce }];
  }

  /** Makes all calls that are in no block yet, each in a block of its own. */
  async callAll(upTo = CALLS.length) {
    const past = {};
    for (const call of CALLS.slice(0, upTo)) {
      const [name] = call;
      const index = past[name] ?? 0;
      past[name] = index + 1;
      if (await this.made(name) > index) continue;
      await this.chain.submit(...this.call(call, this.nonces[name] + index));
    }
  }

  /** Hands one more call in, and kills the node before it can tell what became of it. */
  async cut(made) {
    const next = CALLS[made];
    if (next) {
      const before = CALLS.slice(0, made).filter(([name]) => name === next[0]).length;
      const [call, options] = this.call(next, this.nonces[next[0]] + before);
      await call.signAndSend(options.signer, { nonce: options.nonce });
    }
    // Into the midst of a block: they take turns with rests of 200 ms.
    await sleep(Math.random() * 250);
    await this.node.kill();
    await this.chain.disconnect();
    await this.node.start();
    this.chain = await Chain.connect(this.node);
    const { waiting, delayed } = this.chain.api.query.actors;
    this.cuts += (await waiting.keys()).length > 0 || (await delayed.keys()).length > 0;
  }

  /** Waits until nothing is at work. */
  async rest() {
    const { actorsApi } = this.chain.api.call;
    for (const until = Date.now() + 240_000; Date.now() < until; await sleep(200)) {
      if ((await actorsApi.hasSchedule()).isFalse && (await actorsApi.hasWork()).isFalse) return;
    }
    assert.fail('It does not come to an end');
  }

  /** How each call ended, by caller and nonce: for ids depend on the order in which calls came. */
  async replies() {
    const { chain } = this;
    const names = Object.fromEntries(Object.keys(this.nonces).map((name) => [chain[name].address, name]));
    const told = {};
    const called = {};
    const of = (id) => told[id.toHex()];
    const last = await chain.number(await chain.head());
    for (let number = this.first + 1; number <= last; number += 1) {
      const hash = await chain.api.rpc.chain.getBlockHash(number);
      for (const { method, section, data } of await chain.events(hash.toHex())) {
        if (section !== 'actors') continue;
        const name = method === 'MessageQueued' && names[data.source.toString()];
        if (name) {
          called[name] = (called[name] ?? 0) + 1;
          told[data.messageId.toHex()] = { call: `${name} ${called[name]}`, turns: 0, gas: 0n };
        }
        if (method === 'UserMessage' && data.reply.isSome) {
          const { to, code } = data.reply.unwrap();
          const reply = { code: code.type, payload: data.payload.toHex(), value: data.value.toBigInt() };
          assert.equal(of(to).reply, undefined, 'a second reply');
          of(to).reply = reply;
        }
        const turn = /^Message(Waiting|Processed)$/.test(method) && of(data.messageId);
        if (turn) {
          turn.turns += 1;
          turn.gas += data.gasBurned.toBigInt();
        }
      }
    }
    return Object.fromEntries(Object.values(told).map(({ call, ...rest }) => [call, rest]));
  }

  /** All that there is in the end but for where the clock and the queue stand. */
  async world() {
    const { chain } = this;
    const { api } = chain;
    const stored = await chain.storage('actors');
    // The clock, the queue's ends, and the block in which code was last uploaded.
    delete stored[api.query.actors.service.key()];
    delete stored[api.query.actors.uploaded.key()];
    const accounts = await api.query.system.account.entries();
    const service = await api.query.actors.service();
    return {
      stored,
      sent: service.sent.toNumber(),
      served: service.queue.head.toNumber(),
      accounts: Object.fromEntries(accounts.map(([key, account]) => [key.args[0].toString(), account.toHex()])),
      issuance: await chain.issuance(await chain.head()),
      rounds: (await chain.state(this.runner)).readUInt32LE(),
      count: (await chain.ask(this.counter, counting.queries.count)).toNumber(),
    };
  }
}

describe('kill -9 amid cascades', { timeout: 900_000 }, () => {
  let calm;
  let cut;
  before(async () => {
    [calm, cut] = await Promise.all([Run.start(), Run.start()]);
    await calm.prepare();
    await cut.prepare();
  });
  after(() => Promise.all([calm?.stop(), cut?.stop()]));
  afterEach((test) => cut?.node.explain(test));

  it('changes nothing of what they come to', async () => {
    assert.deepEqual(await cut.world(), await calm.world(), 'both begin alike');
    const undisturbed = calm.callAll().then(() => calm.rest());
    for (const made of KILLS) {
      await cut.callAll(made);
      await cut.cut(made);
    }
    await cut.callAll();
    await cut.rest();
    await undisturbed;
    assert.ok(cut.cuts >= KILLS.length - 1, `${cut.cuts} kills found something at work`);

    const replies = await calm.replies();
    assert.equal(Object.keys(replies).length, CALLS.length);
    const past = {};
    for (const [name, rounds] of CALLS) {
      past[name] = (past[name] ?? 0) + 1;
      const { reply, turns } = replies[`${name} ${past[name]}`];
      assert.deepEqual(reply, { code: 'Replied', payload: `0x${u32(rounds).toString('hex')}`, value: UNIT });
      assert.equal(turns, 2 * rounds + 2);
    }
    assert.deepEqual(await cut.replies(), replies);

    const world = await calm.world();
    const rounds = CALLS.reduce((sum, [, count]) => sum + count, 1);
    assert.equal(world.rounds, rounds);
    assert.equal(world.count, CALLS.length + 1);
    assert.deepEqual(await cut.world(), world);
  });

  it('loses no money and no purse', async () => {
    for (const { chain } of [calm, cut]) {
      const { actors } = chain.api.query;
      await chain.changes(await chain.head(), {});
      assert.equal(await chain.inEscrow(), 0n);
      for (const map of ['purses', 'waiting', 'mailboxes', 'agenda', 'ticks', 'delayed', 'queue']) {
        assert.deepEqual(await actors[map].keys(), [], map);
      }
    }
  });

  it('leaves no complaint in the log', () => {
    for (const { node } of [calm, cut]) assert.deepEqual(node.complaints, []);
  });
});
