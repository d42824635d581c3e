// Traces: what a message, an upgrade or something in the queue would cause, and then does cause.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, describe, it } from 'node:test';

import { Chain, DEPOSIT, GAS, UNIT, bytes, find, is, ok, u32 } from './lib/chain.js';
import { idl } from './lib/idl.js';
import { Node } from './lib/node.js';
import { program, wat } from './lib/programs.js';

const U32 = 2n ** 32n - 1n;
const U64 = 2n ** 64n - 1n;
const U128 = 2n ** 128n - 1n;
const NOWHERE = `0x${'5a'.repeat(32)}`;

/** A name of the metadata as JavaScript writes it. */
const camelCase = (name) => name[0].toLowerCase()
  + name.slice(1).replaceAll(/_(\w)/g, (_, letter) => letter.toUpperCase());

/** How a send asks for the answer. */
const AWAIT = 1;
const letter = (blocks) => AWAIT | (blocks << 8);

const u64 = (number) => {
  const data = Buffer.alloc(8);
  data.writeBigUInt64LE(number);
  return data;
};

const fixture = (name) =>
  wat(readFileSync(new URL(`../fixtures/programs/${name}.wat`, import.meta.url), 'utf8'));

/**
 * Says something, deposits an event, stores a key, sends to its source, replies; and then panics if
 * the payload is not empty. So does `migrate`, which only deposits the event.
 */
const MOODY = `
  (module
    (import "actors_v1" "message_size" (func $size (result i32)))
    (import "actors_v1" "message_source" (func $source (param i32)))
    (import "actors_v1" "debug" (func $debug (param i32 i32)))
    (import "actors_v1" "emit" (func $emit (param i32 i32) (result i32)))
    (import "actors_v1" "state_set" (func $set (param i32 i32 i32 i32) (result i32)))
    (import "actors_v1" "send" (func $send (param i32 i32 i32 i32 i32 i64 i32 i32 i32) (result i32)))
    (import "actors_v1" "reply" (func $reply (param i32 i32 i32) (result i32)))
    (import "actors_v1" "panic" (func $panic (param i32 i32)))
    (memory (export "memory") 1)
    (global (export "__stack_low") i32 (i32.const 0))
    (global (export "__stack_high") i32 (i32.const 65536))
    (data (i32.const 0) "gr\\c3\\bc\\c3\\9fe")
    (data (i32.const 16) "in the mood")
    (data (i32.const 32) "not today: k\\c3\\b6nnte")
    (func $is_moody (result i32) (i32.ne (call $size) (i32.const 0)))
    (func $act
      (call $debug (i32.const 0) (i32.const 7))
      (drop (call $emit (i32.const 16) (i32.const 11))))
    (func (export "handle")
      (call $act)
      (drop (call $set (i32.const 16) (i32.const 2) (i32.const 16) (i32.const 11)))
      (call $source (i32.const 128))
      (drop (call $send (i32.const 128) (i32.const 16) (i32.const 11) (i32.const 256) (i32.const 0)
        (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 160)))
      (drop (call $reply (i32.const 16) (i32.const 2) (i32.const 256)))
      (if (call $is_moody) (then (call $panic (i32.const 32) (i32.const 18)))))
    (func (export "migrate")
      (call $act)
      (if (call $is_moody) (then (call $panic (i32.const 32) (i32.const 18))))))`;

const asking = idl('oracle');

describe('traces', { timeout: 600_000 }, () => {
  let node;
  let chain;
  let api;
  let alice;
  let bob;
  let sleeper;
  let echo;
  let moody;
  before(async () => {
    node = await Node.start('--dev');
    chain = await Chain.connect(node);
    ({ api, alice, bob } = chain);
    sleeper = (await chain.deploy(fixture('sleeper'))).program;
    echo = (await chain.deploy(fixture('echo'))).program;
    moody = (await chain.deploy(wat(MOODY))).program;
  });
  after(async () => {
    await chain?.disconnect();
    await node?.stop();
  });
  afterEach((test) => node?.explain(test));

  // -- Messages to the sleeper -------------------------------------------------------------

  const id = (address) => api.createType('AccountId', address).toU8a();
  const asks = (to, blocks, flags, payload) =>
    Buffer.concat([Buffer.from('a'), u32(blocks), u32(flags), id(to), Buffer.from(payload)]);
  const delays = (to, delay, gas, payload) =>
    Buffer.concat([Buffer.from('d'), u32(delay), u64(gas), id(to), Buffer.from(payload)]);
  const nests = (times) => Buffer.concat([Buffer.from('n'), u32(times)]);

  // -- Traces ------------------------------------------------------------------------------

  /** The names of the variants that traces have shown. */
  const shown = new Set();

  /** That a value shows all that its type has, under the names of the metadata, to whoever reads it. */
  function judge(value, type, what) {
    const { lookup } = api.registry;
    const { def, path, params } = lookup.getSiType(type);
    const fields = (names, holder, human, json) => {
      const camel = names.map(({ name }) => camelCase(name.unwrap().toString()));
      assert.deepEqual(Object.keys(human), camel, `${what} for people`);
      assert.deepEqual(Object.keys(json), camel, `${what} as JSON`);
      for (const [index, name] of camel.entries()) {
        // A map's own `size`, `keys` or `entries` would be found in place of such a field.
        assert.ok(holder[name], `${what}.${name}`);
        assert.equal(holder[name], holder.get(name), `${what}.${name}`);
        judge(holder[name], names[index].type, `${what}.${name}`);
      }
    };
    if (def.isSequence) {
      if (lookup.getTypeDef(def.asSequence.type).type === 'u8') return;
      for (const [index, item] of [...value].entries()) judge(item, def.asSequence.type, `${what}[${index}]`);
    } else if (def.isVariant && path.at(-1).toString() === 'Option') {
      if (value.isSome) judge(value.unwrap(), params[0].type.unwrap(), what);
    } else if (def.isVariant) {
      const name = value.type;
      const { variants } = def.asVariant;
      assert.ok(variants.some((variant) => variant.name.toString() === name), `${what}: ${name}`);
      for (const variant of variants) {
        assert.equal(value[`is${variant.name}`], variant.name.toString() === name, `${what}.is${variant.name}`);
      }
      shown.add(`${path.at(-1)}.${name}`);
      const { fields: inside } = variants.find((variant) => variant.name.toString() === name);
      if (inside.length === 0) {
        assert.equal(value.toHuman(), name, what);
        return;
      }
      const [[humanName, human], ...others] = Object.entries(value.toHuman());
      assert.deepEqual([humanName, ...others], [name]);
      fields(inside, value[`as${name}`], human, value.toJSON()[camelCase(name)]);
    } else if (def.isComposite && def.asComposite.fields.every((field) => field.name.isSome)) {
      fields(def.asComposite.fields, value, value.toHuman(), value.toJSON());
    } else {
      assert.ok(value.toHuman() !== undefined && value.toHuman() !== null, what);
    }
  }

  /** A trace that the chain gives, every value of it judged. */
  function given(result) {
    const trace = ok(result);
    const type = api.registry.lookup.types.find((known) => known.type.path.at(-1)?.toString() === 'Trace');
    judge(trace, type.id, 'trace');
    return trace;
  }

  const traceMessage = async (to, payload = '0x', {
    value = 0n, gas = GAS, deposit = DEPOSIT, blocks = 0,
  } = {}) => given(await api.call.actorsApi.traceMessage(
    alice.address, to, bytes(payload), value, gas, deposit, blocks));
  const traceUpgrade = async (which, code, payload = '0x') => given(await api.call.actorsApi.traceUpgrade(
    alice.address, which, code, bytes(payload), GAS, DEPOSIT, 0));
  const traceQueued = async (message, blocks = 0, at = api) =>
    given(await at.call.actorsApi.traceQueued(message, blocks));

  /** What people see of a trace but for gas, with ids and accounts called by these names. */
  function seen(trace, names) {
    const all = { alice: alice.address, bob: bob.address, sleeper, echo, moody, ...names };
    const text = Object.entries(all).reduce(
      (told, [name, called]) => told.replaceAll(`"${called}"`, `"${name}"`), JSON.stringify(trace.toHuman()));
    const { turns, ...rest } = JSON.parse(text);
    return { turns: turns.map(({ gasLimit, gasBurned, spent, ...turn }) => turn), ...rest };
  }

  /** How the last turn of a message ends, as `seen` shows it. */
  const ended = (code, text = '') => ({ Ended: { code, text, payload: '' } });
  /** A turn as `seen` shows it: the first of a message that says nothing, in the first block. */
  const turn = (told) => ({
    block: '0', messageId: 'root', number: '0', parent: null, source: 'alice', program: 'sleeper',
    entry: 'handle', cause: 'Fresh', payload: '', value: '0', end: ended('Finished'),
    effects: [], debug: [], ...told,
  });
  const REPLIED = ended('Replied');
  const waits = (blocks) => ({ Waits: { blocks: String(blocks) } });
  const stored = (told) => ({ Stored: { pages: '0', freedPages: '0', stateKeys: '0', ...told } });
  const replies = (payload, value = '0') => ({ Replied: { payload, value } });
  // All of its deposit money, as the amount says it that `send` has for that.
  const rest = (2n ** 128n - 1n).toLocaleString('en');
  const sends = (told) => ({
    Sent: { value: '0', deposit: rest, gas: null, delay: '0', isAwaited: false, letter: null, ...told },
  });
  const over = { isComplete: true, omitted: '0', blocks: '0' };
  const hex = (data) => `0x${data.toString('hex')}`;

  /** The messages that a trace shows to be sent, in order. */
  const sent = (trace) => trace.turns.flatMap(({ effects }) => effects.filter((effect) => effect.isSent)
    .map((effect) => effect.asSent.messageId.toHex()));

  /** How the turns of a trace ended, as events say it. */
  const foretold = ({ turns }) => turns.map(({ messageId, end, gasBurned }) =>
    [messageId.toHex(), end.isEnded ? end.asEnded.code.type : 'waits', gasBurned.toBigInt()]);

  /** How the turns of a block ended. */
  const ends = (events) => events
    .filter((event) => is(event, 'actors', 'MessageProcessed') || is(event, 'actors', 'MessageWaiting'))
    .map(({ data }) => [data.messageId.toHex(), data.replyCode?.type ?? 'waits', data.gasBurned.toBigInt()]);

  const gas = ({ turns }) => turns.reduce((sum, { gasBurned }) => sum + gasBurned.toBigInt(), 0n);

  /** Does something while nothing is served; the block in which it is served then. */
  async function paused(act) {
    const pause = (flag) => chain.submit(api.tx.sudo.sudo(api.tx.actors.setServicePaused(flag)));
    await pause(true);
    let resumed;
    try {
      await act();
    } finally {
      resumed = await pause(false);
    }
    return resumed;
  }

  /** How a message ended, by its id. */
  const ending = (message, hash) => chain.ending(api.createType('H256', message), hash);

  /** Sends a message, and does not wait for its end; its block and its id. */
  async function post(call) {
    const { hash, events } = await chain.submit(call);
    // What the block delivers and resumes stands before its first transaction, as if it was of it.
    const { data } = events.findLast((event) => is(event, 'actors', 'MessageQueued'));
    return { hash, messageId: data.messageId.toHex() };
  }

  // -- Messages ----------------------------------------------------------------------------

  it('of a message tell every turn that it causes, and what is then burned', async () => {
    const payload = asks(echo, 10, AWAIT, 'hi');
    const trace = await traceMessage(sleeper, payload, { value: 7n });
    const [question] = sent(trace);
    const root = trace.messageId.toHex();
    assert.deepEqual(seen(trace, { root, question }), {
      messageId: 'root',
      turns: [
        turn({
          payload: hex(payload),
          value: '7',
          end: waits(10),
          effects: [
            sends({ messageId: 'question', destination: 'echo', payload: 'hi', isAwaited: true }),
            stored({ stateKeys: '1' }),
            waits(10),
          ],
          debug: ['asks'],
        }),
        turn({
          messageId: 'question', parent: 'root', source: 'sleeper', program: 'echo', payload: 'hi',
          end: REPLIED, effects: [replies('hi')],
        }),
        turn({
          number: '1',
          cause: { Reply: { to: 'question', code: 'Replied', value: '0', payload: 'hi' } },
          payload: hex(payload),
          value: '7',
          end: REPLIED,
          effects: [replies('hi')],
        }),
      ],
      ...over,
    });
    for (const { gasBurned, gasLimit, spent } of trace.turns) {
      assert.ok(gasBurned.toBigInt() > 0n && gasBurned.toBigInt() <= gasLimit.toBigInt());
      assert.equal(spent.reduce((sum, [, gas]) => sum + gas.toBigInt(), 0n), gasBurned.toBigInt());
    }
    // The first turn sends and waits; the last gives the reply.
    const named = trace.turns.map(({ spent }) => spent.map(([charge]) => charge.type));
    assert.ok(['Loading', 'Operators', 'Messages', 'Waiting'].every((name) => named[0].includes(name)));
    assert.ok(named.at(-1).includes('Replies') && !named.at(-1).includes('Waiting'));
    assert.equal(trace.turns[0].gasLimit.toBigInt(), GAS);

    const dry = ok(await api.call.actorsApi.dryRunMessage(
      alice.address, sleeper, hex(payload), 7n, GAS, DEPOSIT));
    assert.equal(dry.gasBurned.toBigInt(), gas(trace));
    const real = await chain.send(sleeper, payload, { value: 7n });
    assert.equal(real.messageId, root);
    assert.deepEqual(ends(real.block), foretold(trace));
    assert.equal(real.gasBurned, gas(trace) - trace.turns[1].gasBurned.toBigInt());
    assert.equal(real.payload.toString(), 'hi');
  });

  it('of messages in messages tell whose children they are', async () => {
    const payload = asks(sleeper, 10, AWAIT, asks(sleeper, 9, AWAIT, asks(echo, 8, AWAIT, 'deep')));
    const trace = await traceMessage(sleeper, payload);
    const names = { root: trace.messageId.toHex() };
    [names.child, names.grandchild, names.leaf] = sent(trace);
    const told = seen(trace, names);
    assert.deepEqual(told.turns.map(({ messageId, number, parent, source, program: to, end }) =>
      [messageId, number, parent, source, to, Object.keys(end)[0]]), [
      ['root', '0', null, 'alice', 'sleeper', 'Waits'],
      ['child', '0', 'root', 'sleeper', 'sleeper', 'Waits'],
      ['grandchild', '0', 'child', 'sleeper', 'sleeper', 'Waits'],
      ['leaf', '0', 'grandchild', 'sleeper', 'echo', 'Ended'],
      ['grandchild', '1', 'child', 'sleeper', 'sleeper', 'Ended'],
      ['child', '1', 'root', 'sleeper', 'sleeper', 'Ended'],
      ['root', '1', null, 'alice', 'sleeper', 'Ended'],
    ]);
    assert.deepEqual(told.turns.slice(4).map(({ cause }) => cause.Reply.to), ['leaf', 'grandchild', 'child']);
    assert.ok(trace.isComplete.isTrue);
    const real = await chain.send(sleeper, payload);
    assert.deepEqual(ends(real.block), foretold(trace));
    assert.equal(real.payload.toString(), 'deep');
  });

  it('show money to the planck, and texts as they are', async () => {
    const value = 2n ** 54n + 2n;
    const trace = await traceMessage(echo, 'grüße\u{1f980}', { value });
    const [{ payload, value: came, effects: [reply] }] = trace.turns;
    assert.equal(came.toBigInt(), value);
    assert.equal(came.toHuman(), '18,014,398,509,481,986');
    assert.equal(BigInt(came.toJSON()), value, 'no rounding to 2^53');
    assert.equal(payload.toUtf8(), 'grüße\u{1f980}');
    assert.equal(reply.asReplied.value.toBigInt(), value / 2n);
    assert.equal(reply.asReplied.payload.toUtf8(), 'grüße\u{1f980}');
    // Without limits the account's money is enough.
    const free = await traceMessage(echo, '0x00ff', { gas: null, deposit: null });
    assert.equal(free.turns[0].payload.toHex(), '0x00ff');
    assert.equal(free.turns[0].end.asEnded.code.type, 'Replied');
  });

  it('tell program events, messages to users, and texts for debugging', async () => {
    const trace = await traceMessage(moody);
    const [note] = sent(trace);
    assert.deepEqual(seen(trace, { root: trace.messageId.toHex(), note }), {
      messageId: 'root',
      turns: [turn({
        program: 'moody',
        end: REPLIED,
        effects: [
          { Emitted: { data: 'in the mood' } },
          sends({ messageId: 'note', destination: 'alice', payload: 'in the mood', deposit: '0' }),
          replies('in'),
          stored({ stateKeys: '1' }),
        ],
        debug: ['grüße'],
      })],
      ...over,
    });
    const real = await chain.send(moody);
    assert.deepEqual(real.emitted.map(String), ['in the mood']);
    assert.deepEqual(ends(real.block), foretold(trace));
    const told = real.block.find((event) => is(event, 'actors', 'UserMessage') && event.data.reply.isNone);
    assert.equal(told.data.messageId.toHex(), note);
  });

  it('of a message that fails tell why, and nothing that it did', async () => {
    const text = 'not today: könnte';
    const trace = await traceMessage(moody, 'please', { value: UNIT });
    assert.deepEqual(seen(trace, { root: trace.messageId.toHex() }), {
      messageId: 'root',
      turns: [turn({
        program: 'moody', payload: 'please', value: '1,000,000,000,000', end: ended('Panicked', text), debug: ['grüße'],
      })],
      ...over,
    });
    const real = await chain.send(moody, 'please', { value: UNIT });
    assert.deepEqual(ends(real.block), foretold(trace));
    assert.equal(real.payload.toString(), text);

    // Whoever awaited it is told, in the words of the reply.
    const asked = await traceMessage(sleeper, asks(moody, 10, AWAIT, 'please'));
    const { to, ...cause } = asked.turns[2].cause.asReply.toHuman();
    assert.equal(to, sent(asked)[0]);
    assert.deepEqual(cause, { code: 'Panicked', value: '0', payload: bytes(Buffer.from(text)) });
    assert.equal(asked.turns[2].cause.asReply.payload.toUtf8(), text);
    assert.deepEqual(foretold(asked).map(([, end]) => end), ['waits', 'Panicked', 'Replied']);

    // An error of the program's own is told as the bytes that it is.
    const { constructors, methods: { add } } = idl('counter');
    const counter = (await chain.deploy(program('counter'), { payload: constructors.new(1) })).program;
    const reverted = await traceMessage(counter, add(2 ** 32 - 1));
    const { code, text: words, payload } = reverted.turns[0].end.asEnded;
    assert.deepEqual([code.type, words.toString(), reverted.turns.length], ['Reverted', '', 1]);
    assert.deepEqual(add.refusal(payload).toHuman(), { Program: 'Overflow' });
    assert.deepEqual([...reverted.turns[0].effects], []);
    assert.deepEqual(ends((await chain.send(counter, add(2 ** 32 - 1))).block), foretold(reverted));

    // What is neither has a name alone.
    const named = async (...args) => {
      const [{ end, effects }, ...others] = (await traceMessage(...args)).turns;
      assert.deepEqual([[...effects], others], [[], []]);
      return end.toHuman();
    };
    const spin = (await chain.deploy(fixture('spin'))).program;
    assert.deepEqual(await named(spin), ended('OutOfGas'));
    const trap = wat('(module (memory (export "memory") 1) (func (export "handle") unreachable))');
    assert.deepEqual(await named((await chain.deploy(trap)).program), ended('Trapped'));
    const fresh = (await chain.deploy(wat(MOODY), { salt: '0x01' })).program;
    assert.deepEqual(await named(fresh, '0x', { deposit: 0n }), ended('DepositShortfall'));
  });

  it('of a creation and of an exit', async () => {
    const code = await chain.upload(wat('(module (memory (export "memory") 1) (func (export "handle")))'));
    const family = (await chain.deploy(fixture('family'))).program;
    const creating = Buffer.concat([Buffer.from([0]), code.toU8a(), u64(U64), Buffer.alloc(16), Buffer.from([0])]);
    const trace = await traceMessage(family, creating, { value: UNIT });
    const { effects } = trace.turns[0];
    const { messageId, program: child, ...created } =
      effects.find((effect) => effect.isCreated).asCreated.toHuman();
    assert.deepEqual(created, {
      codeHash: code.toHex(), payload: '', value: '0', deposit: '100,000,000,000,000', gas: null, isAwaited: false,
    });
    assert.deepEqual(trace.turns.map(({ entry }) => entry.toString()), ['handle', 'init', 'handle_reply']);
    assert.equal(trace.turns[1].messageId.toHex(), messageId);
    assert.equal(trace.turns[1].program.toString(), child);
    const real = await chain.send(family, creating, { value: UNIT });
    assert.deepEqual(ends(real.block), foretold(trace));
    assert.equal(find(real.block, 'actors', 'ProgramCreated').program.toString(), child);

    const leaving = Buffer.concat([Buffer.from([2]), id(bob.address), Buffer.from('bye bye')]);
    const left = await traceMessage(family, leaving);
    assert.deepEqual(left.turns[0].effects.map((effect) => effect.type), ['Emitted', 'Sent', 'Exited']);
    assert.equal(left.turns[0].effects[2].asExited.inheritor.toString(), bob.address);
  });

  // -- Time --------------------------------------------------------------------------------

  it('of a message that waits for a user say that it is not over, or how its deadline passes', async () => {
    const payload = asks(bob.address, 3, letter(2), 'well?');
    const now = await traceMessage(sleeper, payload);
    const root = now.messageId.toHex();
    const [question] = sent(now);
    const asking = turn({
      payload: hex(payload),
      end: waits(3),
      effects: [
        sends({ messageId: 'question', destination: 'bob', payload: 'well?', isAwaited: true, letter: '2' }),
        stored({ stateKeys: '1' }),
        waits(3),
      ],
      debug: ['asks'],
    });
    assert.deepEqual(seen(now, { root, question }),
      { messageId: 'root', turns: [asking], isComplete: false, omitted: '0', blocks: '0' });
    const soon = await traceMessage(sleeper, payload, { blocks: 2 });
    assert.deepEqual(seen(soon, { root, question }),
      { messageId: 'root', turns: [asking], isComplete: false, omitted: '0', blocks: '2' });

    const whole = await traceMessage(sleeper, payload, { blocks: U32 });
    const [, , signal] = whole.turns;
    assert.deepEqual(seen(whole, { root, question, signal: signal.messageId.toHex() }), {
      messageId: 'root',
      turns: [
        asking,
        turn({
          block: '3', number: '1', cause: 'Deadline', payload: hex(payload),
          end: ended('Panicked', 'too late'),
        }),
        turn({
          block: '3', messageId: 'signal', parent: 'root', entry: 'handle_signal', payload: hex(payload),
          cause: { Signal: { of: 'root', code: 'Panicked' } },
          effects: [{ Emitted: { data: 'tidy' } }],
        }),
      ],
      isComplete: true,
      omitted: '0',
      blocks: '3',
    });

    const real = await chain.send(sleeper, payload);
    assert.equal(real.messageId, root);
    assert.equal(await chain.number(real.ended) - await chain.number(real.hash), 3);
    assert.deepEqual([...ends(await chain.events(real.hash)), ...ends(real.block)], foretold(whole));
  });

  it('of a message that waits already, from any block on', async () => {
    const waiting = await post(chain.message(sleeper, asks(bob.address, 3, letter(1), 'still?')));
    const { parentHash } = await api.rpc.chain.getHeader(waiting.hash);
    const unknown = await (await api.at(parentHash)).call.actorsApi.traceQueued(waiting.messageId, 100);
    assert.equal(unknown.asErr.type, 'NoSuchMessage', 'the call queued and served it in one block');

    const at = await api.at(waiting.hash);
    const trace = await traceQueued(waiting.messageId, 100, at);
    // Blocks are counted from the one after that which is asked.
    assert.deepEqual(trace.turns.map(({ block, number, cause }) =>
      [block.toNumber(), number.toNumber(), cause.type]), [[2, 1, 'Deadline'], [2, 0, 'Signal']]);
    assert.deepEqual([trace.isComplete.isTrue, trace.blocks.toNumber()], [true, 2]);
    const early = await traceQueued(waiting.messageId, 1, at);
    assert.deepEqual([early.turns.length, early.isComplete.isTrue, early.blocks.toNumber()], [0, false, 1]);

    const ended = await ending(waiting.messageId, waiting.hash);
    assert.equal(await chain.number(ended.ended), await chain.number(waiting.hash) + 3);
    assert.deepEqual(ends(ended.block), foretold(trace));
    // The state before a block tells what the block did.
    const before = (await api.rpc.chain.getHeader(ended.ended)).parentHash;
    const last = await traceQueued(waiting.messageId, 0, await api.at(before));
    assert.deepEqual(foretold(last), ends(ended.block));
    assert.equal(last.turns[0].block.toNumber(), 0);
    const gone = await api.call.actorsApi.traceQueued(waiting.messageId, 0);
    assert.equal(gone.asErr.type, 'NoSuchMessage');
  });

  it('print as the protocol page shows', async () => {
    const oracle = (await chain.deploy(program('oracle'), {
      payload: asking.constructors.new(bob.address, 3), salt: '0x03',
    })).program;
    const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');
    const [, code, output] = page.match(/```js\n(.*traceMessage.*?)```\s+```text\n(.*?)```/s);
    const lines = [];
    const Lines = Object.getPrototypeOf(async () => {}).constructor;
    await new Lines('api', 'alice', 'oracle', 'console', code)(
      api, alice, oracle, { log: (...words) => lines.push(`${words.join(' ')}\n`) });
    // Gas is the compiler's matter.
    const told = (text) => text.replaceAll(/[\d,]+ gas/g, 'gas');
    assert.equal(told(lines.join('')), told(output));
  });

  it('of what is delayed', async () => {
    const payload = delays(echo, 2, 10_000_000_000n, 'later');
    const trace = await traceMessage(sleeper, payload, { blocks: 10 });
    const [late] = sent(trace);
    const { Sent: told } = seen(trace, { late }).turns[0].effects[0];
    assert.deepEqual({ Sent: told }, sends({
      messageId: 'late', destination: 'echo', payload: 'later', gas: '10,000,000,000', delay: '2',
    }));
    assert.deepEqual(trace.turns.map(({ block }) => block.toNumber()), [0, 2]);
    assert.equal(trace.turns[1].gasLimit.toBigInt(), 10_000_000_000n);
    assert.equal(trace.turns[1].parent.unwrap().toHex(), trace.messageId.toHex());

    const real = await chain.send(sleeper, payload);
    const queued = await traceQueued(late, 10, await api.at(real.hash));
    const ended = await ending(late, real.hash);
    assert.deepEqual([...ends(real.block), ...ends(ended.block)], foretold(trace));
    assert.deepEqual(foretold(queued), ends(ended.block));
    assert.equal(queued.turns[0].block.toNumber(), 1);
  });

  // -- The queue ---------------------------------------------------------------------------

  it('of what stands in the queue: a message, an answer, a wake', async () => {
    const code = program('oracle');
    const { constructors, methods: { ask } } = asking;
    const oracle = (await chain.deploy(code, { payload: constructors.new(bob.address, 1_000) })).program;
    const question = ask('six times seven?');
    const { messageId: open } = await post(chain.message(oracle, question, { value: UNIT }));
    const [standing] = await chain.mailbox(bob);
    assert.equal((await api.call.actorsApi.traceQueued(standing, 0)).asErr.type, 'NoSuchMessage',
      'a letter runs nothing');
    const { messageId: sleeping } = await post(chain.message(sleeper, asks(echo, 1_000, 0, 'unawaited')));

    const names = { oracle, asking: open, sleeping, letter: standing.toHex() };
    const traces = {};
    const resumed = await paused(async () => {
      names.first = (await post(chain.message(moody))).messageId;
      await chain.reply(bob, standing, '42', UNIT + 1n);
      names.waker = (await post(chain.message(sleeper, 'w'))).messageId;
      for (const name of ['first', 'asking', 'waker', 'sleeping']) {
        traces[name] = await traceQueued(names[name]);
      }
    });
    const [answered, ...others] = seen(traces.asking, names).turns;
    assert.deepEqual(others, []);
    assert.deepEqual(answered, turn({
      messageId: 'asking', number: '1', program: 'oracle', payload: hex(question),
      cause: { Reply: { to: 'letter', code: 'Replied', value: '1,000,000,000,001', payload: '42' } },
      value: '1,000,000,000,000', end: REPLIED,
      effects: [replies('0x00083432', '1,000,000,000,001'), answered.effects.at(-1)],
    }));
    assert.ok(answered.effects.at(-1).Stored, 'it counts open questions');
    const { payload: said } = traces.asking.turns[0].effects[0].asReplied;
    assert.deepEqual(ask.answer(said).toHuman(), { Said: '42' });
    assert.deepEqual(seen(traces.waker, names).turns.map(({ messageId, cause, effects }) =>
      [messageId, cause, effects[0]]), [
      ['waker', 'Fresh', { Woke: { messageId: 'sleeping' } }],
      ['sleeping', 'Woken', replies('woken')],
    ]);
    assert.deepEqual(foretold(traces.sleeping), foretold(traces.waker).slice(1));
    for (const trace of Object.values(traces)) {
      assert.deepEqual([trace.isComplete.isTrue, trace.blocks.toNumber()], [true, 0]);
    }

    assert.deepEqual(ends(resumed.block),
      ['first', 'asking', 'waker'].flatMap((name) => foretold(traces[name])));
    // The same, asked afterwards.
    const { parentHash } = await api.rpc.chain.getHeader(resumed.hash);
    const again = await traceQueued(names.first, 0, await api.at(parentHash));
    assert.equal(again.toHex(), traces.first.toHex());
  });

  it('of messages whose program is gone before their turn', async () => {
    const mortal = (await chain.deploy(fixture('sleeper'), { salt: '0x02' })).program;
    const { hash, messageId: waiting } = await post(chain.message(mortal, asks(echo, 1_000, 0, 'unawaited')));
    const names = { mortal, waiting };
    const traces = {};
    const resumed = await paused(async () => {
      names.leaving = (await post(chain.message(mortal, 'x'))).messageId;
      names.behind = (await post(chain.message(mortal, 'w', { value: UNIT }))).messageId;
      for (const name of ['leaving', 'waiting', 'behind']) traces[name] = await traceQueued(names[name]);
    });
    assert.deepEqual(seen(traces.leaving, names).turns, [turn({
      messageId: 'leaving', program: 'mortal', payload: 'x', effects: [{ Exited: { inheritor: 'alice' } }],
    })]);
    assert.deepEqual(seen(traces.waiting, names).turns, [turn({
      messageId: 'waiting', number: '1', program: 'mortal', cause: 'Swept',
      end: ended('Exited'),
    })]);
    assert.deepEqual(seen(traces.behind, names).turns, [turn({
      messageId: 'behind', program: 'mortal', payload: 'w', value: '1,000,000,000,000',
      end: ended('Exited'),
    })]);
    const real = new Map(ends(resumed.block).map((end) => [end[0], end]));
    assert.deepEqual(real.get(names.leaving), foretold(traces.leaving)[0]);
    assert.deepEqual(real.get(names.behind), foretold(traces.behind)[0]);
    assert.equal((await ending(waiting, hash)).code, 'Exited');
  });

  // -- Upgrades ----------------------------------------------------------------------------

  it('of an upgrade, whose migrate succeeds or fails', async () => {
    const which = (await chain.deploy(fixture('counter'))).program;
    await chain.send(which, '0x');
    const record = async (of = which) => (await api.call.actorsApi.program(of)).unwrap();
    const next = (await record(moody)).codeHash;
    const before = await record();
    assert.ok(before.storedPages.toNumber() > 0);

    const failing = await traceUpgrade(which, next, 'please');
    const fails = ended('Panicked', 'not today: könnte');
    const names = { root: failing.messageId.toHex(), which };
    const migrating = { program: 'which', entry: 'migrate', debug: ['grüße'] };
    assert.deepEqual(seen(failing, names), {
      messageId: 'root', turns: [turn({ ...migrating, payload: 'please', end: fails })], ...over,
    });
    const failed = await chain.upgrade(which, next, 'please');
    assert.deepEqual(ends(failed.block), foretold(failing));

    const trace = await traceUpgrade(which, next);
    assert.deepEqual(seen(trace, { root: trace.messageId.toHex(), which }), {
      messageId: 'root',
      turns: [turn({
        ...migrating,
        effects: [{ Emitted: { data: 'in the mood' } }, stored({ freedPages: before.storedPages.toHuman() })],
      })],
      ...over,
    });
    assert.equal((await record()).toHex(), before.toHex(), 'a trace upgrades nothing');
    const real = await chain.upgrade(which, next);
    assert.equal(real.messageId, trace.messageId.toHex());
    assert.deepEqual(ends(real.block), foretold(trace));
    assert.equal((await record()).epoch.toNumber(), 1);
    assert.equal((await record()).storedPages.toNumber(), 0);
  });

  // -- What they leave alone ---------------------------------------------------------------

  it('change nothing', async () => {
    let queued;
    const { codeHash } = (await api.call.actorsApi.program(echo)).unwrap();
    const ask = async () => [
      await traceMessage(sleeper, asks(bob.address, 3, letter(2), 'well?'), { value: UNIT, blocks: 100 }),
      await traceMessage(moody, 'please'),
      await traceUpgrade(sleeper, codeHash, 'on'),
      await traceQueued(queued, 10),
    ].map((trace) => trace.toHex());
    const { hash } = await paused(async () => {
      queued = (await post(chain.message(moody))).messageId;
      const head = await chain.head();
      const before = await chain.storage('actors');
      const told = await ask();
      assert.deepEqual(await ask(), told, 'asked again they say the same');
      assert.equal(await chain.head(), head, 'no block is made');
      assert.deepEqual([...await api.rpc.author.pendingExtrinsics()], []);
      // Nor is anything of them in the block that comes next.
      const next = await chain.submit(api.tx.system.remark('0x'));
      assert.deepEqual(await chain.storage('actors', next.hash), before);
      assert.deepEqual(next.block.filter(({ section }) => section === 'actors'), []);
      const nothing = { free: 0n, held: 0n };
      const accounts = { alice: alice.address, bob: bob.address, sleeper, moody };
      assert.deepEqual(await chain.changes(next.hash, accounts), {
        alice: { free: -next.fee, held: 0n },
        bob: nothing,
        sleeper: nothing,
        moody: nothing,
        issuance: -next.fee,
      });
    });
    assert.equal((await ending(queued, hash)).code, 'Replied');
  });

  it('are bounded, and say so', async () => {
    const limits = { gas: 100_000_000_000_000n, deposit: 0n };
    const trace = await traceMessage(sleeper, nests(1_000_000), { ...limits, blocks: 100 });
    assert.equal(trace.turns.length, 1_000);
    assert.ok(trace.omitted.toNumber() > 0);
    assert.deepEqual([trace.isComplete.isTrue, trace.blocks.toNumber()], [false, 4], 'as much as four whole blocks; each leaves a share free');
  });

  // -- Bad input ---------------------------------------------------------------------------

  it('of what the chain would refuse are refused for the same reason', async () => {
    const { actorsApi } = api.call;
    const { codeHash } = (await api.call.actorsApi.program(sleeper)).unwrap();
    const refused = (result) => {
      assert.ok(result.isErr);
      const name = result.asErr.asRefused.toString();
      assert.deepEqual(result.toHuman(), { Err: { Refused: name } });
      assert.ok(api.errors.actors[name], `the metadata explains ${name}`);
      return name;
    };
    const message = async ({ by = alice, to = echo, payload = '0x', value = 0, gas = GAS, deposit = DEPOSIT }) =>
      refused(await actorsApi.traceMessage(by.address, to, payload, value, gas, deposit, 0));
    const upgrade = async ({
      by = alice, of = sleeper, code = codeHash, payload = '0x6f6e', gas = GAS, deposit = DEPOSIT,
    }) =>
      refused(await actorsApi.traceUpgrade(by.address, of, code, payload, gas, deposit, 0));
    const payload = `0x${'00'.repeat(api.consts.actors.limits.payload.toNumber() + 1)}`;
    const broke = chain.stranger('broke');
    assert.deepEqual({
      'no program': await message({ to: NOWHERE }),
      'a user': await message({ to: bob.address }),
      'a long payload': await message({ payload }),
      'no gas': await message({ gas: 0 }),
      'little gas': await message({ gas: 1_000 }),
      'more gas than money': await message({ gas: U64, deposit: U128 }),
      'more deposit than money': await message({ deposit: U128 }),
      'more value than money': await message({ value: U128 }),
      'no money': await message({ by: broke }),
      'no money, and one limit': await message({ by: broke, gas: null }),
      'no program to upgrade': await upgrade({ of: NOWHERE }),
      'no code': await upgrade({ code: NOWHERE }),
      'somebody else': await upgrade({ by: bob }),
      'an upgrade with a long payload': await upgrade({ payload }),
      'an upgrade with little gas': await upgrade({ gas: 1 }),
      'an upgrade with more deposit than money': await upgrade({ deposit: U128 }),
    }, {
      'no program': 'NotAProgram',
      'a user': 'NotAProgram',
      'a long payload': 'PayloadTooLong',
      'no gas': 'GasLimitTooLow',
      'little gas': 'GasLimitTooLow',
      'more gas than money': 'GasNotPayable',
      'more deposit than money': 'GasNotPayable',
      'more value than money': 'ValueNotPayable',
      'no money': 'GasNotPayable',
      'no money, and one limit': 'GasNotPayable',
      'no program to upgrade': 'NotAProgram',
      'no code': 'CodeNotFound',
      'somebody else': 'NotAdmin',
      'an upgrade with a long payload': 'PayloadTooLong',
      'an upgrade with little gas': 'GasLimitTooLow',
      'an upgrade with more deposit than money': 'GasNotPayable',
    });
  });

  it('of ids that name nothing, or are none', async () => {
    const { actorsApi } = api.call;
    for (const which of [NOWHERE, `0x${'00'.repeat(32)}`, api.registry.hash('no message').toHex()]) {
      assert.deepEqual((await actorsApi.traceQueued(which, U32)).toHuman(), { Err: 'NoSuchMessage' });
    }
    await assert.rejects(actorsApi.traceQueued('0x07', 0), /MessageId.*32 bytes.*found 1 bytes/);
    await assert.rejects(actorsApi.traceQueued(NOWHERE), /Expected 2 arguments, found 1/);
    await assert.rejects(actorsApi.traceQueued(NOWHERE, U32 + 1n), /u32/);
    await assert.rejects(traceMessage('5nobody'), /AccountId/);
  });

  it('have shown every cause, end and effect that there is', () => {
    const all = api.registry.lookup.types.flatMap(({ type: { def, path } }) =>
      (/^Trace(Cause|End|Effect)$/.test(path.at(-1)?.toString())
        ? def.asVariant.variants.map(({ name }) => `${path.at(-1)}.${name}`) : []));
    assert.equal(all.length, 6 + 2 + 8);
    assert.deepEqual(all.filter((name) => !shown.has(name)), []);
  });

  it('leave no complaint in the log, and nothing in flight', async () => {
    assert.equal(await chain.inEscrow(), 0n);
    assert.deepEqual(node.complaints, []);
  });
});
