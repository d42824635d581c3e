// What typed programs promise, on a node: bad input is refused by name and changes nothing, programs
// wait for each other's answers, and time passes by itself.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';

import { Chain, UNIT, bytes, find, is } from './lib/chain.js';
import { idl } from './lib/idl.js';
import { Node } from './lib/node.js';
import { program } from './lib/programs.js';

describe('typed programs', { timeout: 300_000 }, () => {
  let node;
  let chain;
  let api;
  let alice;
  let bob;
  let charlie;
  before(async () => {
    node = await Node.start('--dev');
    chain = await Chain.connect(node);
    ({ api, alice, bob, charlie } = chain);
  });
  after(async () => {
    await chain?.disconnect();
    await node?.stop();
  });
  afterEach((test) => node?.explain(test));

  /** A new program of an example, whose constructor is called `new` if it has one. */
  let deployed = 0;
  const deploy = async (name, ...args) => {
    const { new: found } = idl(name).constructors;
    deployed += 1;
    const made = await chain.deploy(program(name), { payload: found ? found(...args) : '0x', salt: [deployed] });
    assert.equal(made.code, 'Finished');
    return made.program;
  };

  // -- Bad input ---------------------------------------------------------------------------

  /** All that the pallet stores, but for where the queue is. */
  async function stored() {
    const { [api.query.actors.service.key()]: _, ...rest } = await chain.storage('actors');
    return rest;
  }

  const { constructors: { new: found }, methods: { add, count }, queries } = idl('counter');
  const { deposit, withdraw } = idl('vault').methods;
  const { announce, vote } = idl('vote').methods;
  const cut = (payload) => payload.subarray(0, -1);
  const extended = (payload, ...more) => Buffer.concat([payload, Buffer.from(more)]);
  const argument = (number) => ({ Arguments: { argument: String(number) } });

  const cases = {
    'an empty payload': ['counter', add, [], 0n, 'NoRoute'],
    'a route that is none': ['counter', add, [2], 0n, { UnknownRoute: { route: '2' } }],
    'the last route there could be': ['counter', add, [255], 0n, { UnknownRoute: { route: '255' } }],
    'a text': ['counter', add, Buffer.from('PING'), 0n, { UnknownRoute: { route: '80' } }],
    'no argument': ['counter', add, [add.route], 0n, argument(0)],
    'an argument that is cut off': ['counter', add, cut(add(5)), 0n, argument(0)],
    'a second argument that is cut off': ['vote', vote, cut(vote(1, true)), 0n, argument(1)],
    'a bool that is none': ['vote', vote, extended(cut(vote(1, true)), 2), 0n, argument(1)],
    'a text that is no UTF-8': ['vote', announce, [announce.route, 4, 0xff, 9, 0, 0, 0], 0n, argument(0)],
    'a text longer than the payload': ['vote', announce, [announce.route, 0xfe, 0xff, 0xff, 0xff], 0n, argument(0)],
    'a byte too much': ['counter', add, extended(add(5), 0), 0n, { TrailingBytes: { bytes: '1' } }],
    'many bytes too much': [
      'counter', count, extended(count(), ...Array(1_000).fill(7)), 0n, { TrailingBytes: { bytes: '1,000' } }],
    'value for what takes none': ['counter', add, add(5), 1n, 'NotPayable'],
    'much value for what takes none': ['counter', count, count(), 12_345n * UNIT + 1n, 'NotPayable'],
    'value without a payload': ['vault', deposit, [], UNIT + 1n, 'NoRoute'],
    'value for a route that is none': ['vault', deposit, [9], UNIT + 1n, { UnknownRoute: { route: '9' } }],
    'value with a byte too much': ['vault', deposit, extended(deposit(), 1), UNIT + 1n, { TrailingBytes: { bytes: '1' } }],
    'no value where some is asked for': ['vault', deposit, deposit(), 0n, { Program: 'Nothing' }],
    'an order for more than there is': ['vault', withdraw, withdraw(4), 0n, { Program: { NotEnough: { balance: '3' } } }],
  };

  describe('refuse, and give value back,', () => {
    const to = {};
    before(async () => {
      to.counter = await deploy('counter', 7);
      to.vault = await deploy('vault');
      to.vote = await deploy('vote');
      await chain.send(to.vault, deposit(), { value: 3n });
    });

    for (const [what, [name, call, payload, value, reason]] of Object.entries(cases)) {
      it(what, async () => {
        const before = await stored();
        const sent = await chain.send(to[name], Buffer.from(payload), { value });
        assert.equal(sent.code, 'Reverted');
        assert.deepEqual(call.refusal(sent.payload).toHuman(), reason);
        assert.equal(sent.value, value);
        assert.deepEqual(sent.emitted, []);
        assert.deepEqual(await stored(), before);
        const spent = sent.fee + chain.gasCost(sent.gasBurned);
        assert.deepEqual(await chain.changes(sent.hash, { alice: alice.address, program: to[name] }), {
          alice: { free: -spent, held: 0n },
          program: { free: 0n, held: 0n },
          issuance: -spent,
        });
      });
    }

    it('to be created', async () => {
      for (const [payload, value, reason] of [
        ['0x', 0n, 'NoRoute'],
        ['0x01', 0n, { UnknownRoute: { route: '1' } }],
        [cut(found(1)), 0n, argument(0)],
        [extended(found(1), 1), 0n, { TrailingBytes: { bytes: '1' } }],
        [found(1), UNIT, 'NotPayable'],
      ]) {
        const before = await stored();
        const made = await chain.deploy(program('counter'), { payload, value, salt: '0x99' });
        assert.equal(made.code, 'Reverted');
        assert.deepEqual(found.refusal(made.payload).toHuman(), reason);
        assert.equal(find(made.block, 'actors', 'ProgramRemoved').code.type, 'Reverted');
        assert.deepEqual(await stored(), before);
        const spent = made.fee + chain.gasCost(made.gasBurned);
        assert.deepEqual(await chain.changes(made.ended, { alice: alice.address, program: made.program }),
          { alice: { free: -spent, held: 0n }, program: { free: 0n, held: 0n }, issuance: -spent });
      }
    });

    it('a reader', async () => {
      for (const [payload, reason] of [
        ['0x', 'NoRoute'], ['0x01', { UnknownRoute: { route: '1' } }],
        [extended(queries.count(), 1), { TrailingBytes: { bytes: '1' } }],
      ]) {
        const { code, text, payload: why } =
          (await api.call.actorsApi.readState(to.counter, bytes(payload))).asErr.asFailed;
        assert.deepEqual([code.type, text.toString()], ['Reverted', '']);
        assert.deepEqual(queries.count.refusal(why).toHuman(), reason);
      }
    });

    it('and go on', async () => {
      assert.equal(add.answer((await chain.send(to.counter, add(5))).payload).toNumber(), 12);
      assert.equal((await chain.ask(to.counter, queries.count)).toNumber(), 12);
    });
  });

  // -- Two programs ------------------------------------------------------------------------

  describe('wait for each other', () => {
    const PRICE = 1_000n * UNIT + 1n;
    const { register, transfer } = idl('deeds').methods;
    const { owner } = idl('deeds').queries;
    const { buy, cancel } = idl('escrow').methods;
    const { phase } = idl('escrow').queries;
    let deeds;
    let escrow;
    before(async () => {
      deeds = await deploy('deeds');
      assert.equal(register.answer((await chain.send(deeds, register())).payload).toNumber(), 0);
      escrow = await deploy('escrow', deeds, 0, PRICE);
    });

    it('and what the other refuses comes back as it was meant, with the money', async () => {
      // The deed is Alice's still: the register does not let the escrow give it away.
      const bought = await chain.send(escrow, buy(), { signer: bob, value: PRICE });
      assert.equal(bought.code, 'Reverted');
      assert.deepEqual(buy.refusal(bought.payload).toHuman(), { Program: { Register: 'NotYours' } });
      assert.equal((await chain.ask(escrow, phase)).type, 'Open');
      assert.equal((await chain.ask(deeds, owner, 0)).unwrap().toString(), alice.address);
      // It has left with the first turn, so a message of its own brings it back.
      const turns = (await chain.settled(bought.hash)).filter((event) =>
        is(event, 'actors', 'MessageProcessed') || is(event, 'actors', 'MessageWaiting'));
      const gas = turns.reduce((sum, { data }) => sum + data.gasBurned.toBigInt(), 0n);
      const since = (await api.rpc.chain.getHeader(bought.hash)).parentHash.toHex();
      const change = await chain.changes(await chain.head(), { bob: bob.address, escrow }, since);
      assert.deepEqual(change.bob, { free: -(bought.fee + chain.gasCost(gas) + change.escrow.held), held: 0n });
      assert.equal(change.escrow.free, 0n);
    });

    it('and who pays has the deed, and who sells the money', async () => {
      assert.equal((await chain.send(deeds, transfer(0, escrow))).code, 'Finished');
      const wrong = await chain.send(escrow, buy(), { signer: bob, value: PRICE - 1n });
      assert.deepEqual(buy.refusal(wrong.payload).toHuman(), { Program: { Price: { price: PRICE.toLocaleString('en') } } });
      assert.equal(wrong.value, PRICE - 1n);

      const bought = await chain.send(escrow, buy(), { signer: bob, value: PRICE });
      assert.equal(bought.code, 'Replied');
      assert.equal(buy.answer(bought.payload).type, 'Done');
      assert.deepEqual(
        bought.block.filter((event) => is(event, 'actors', 'MessageProcessed') || is(event, 'actors', 'MessageWaiting'))
          .map(({ method, data }) => [method, (data.destination ?? data.program).toString()]),
        [['MessageWaiting', escrow], ['MessageProcessed', deeds], ['MessageProcessed', escrow]]);
      const paid = bought.block.find((event) => is(event, 'actors', 'UserMessage') && event.data.reply.isNone).data;
      assert.deepEqual([paid.destination.toString(), paid.value.toBigInt()], [alice.address, PRICE]);
      const change = await chain.changes(bought.ended, { alice: alice.address });
      assert.equal(change.alice.free, PRICE);
      assert.equal((await chain.ask(deeds, owner, 0)).unwrap().toString(), bob.address);
      assert.equal((await chain.ask(escrow, phase)).type, 'Closed');
      const late = await chain.send(escrow, cancel());
      assert.deepEqual(cancel.refusal(late.payload).toHuman(), { Program: 'NotOpen' });
    });
  });

  // -- Time --------------------------------------------------------------------------------

  describe('end a vote by themselves', () => {
    const BLOCKS = 12;
    const voting = idl('vote');
    const { propose } = voting.methods;
    let to;
    before(async () => {
      to = await deploy('vote');
    });
    const casts = async (number, yes, signer) => {
      const { code, payload } = await chain.send(to, vote(number, yes), { signer });
      return code === 'Reverted' ? vote.refusal(payload).toHuman().Program : code;
    };
    const told = (events) => events
      .filter((event) => is(event, 'actors', 'ProgramEvent') && event.data.program.toString() === to)
      .map(({ data }) => voting.event(data.data).toHuman());

    it('and whoever proposed is answered with the result', async () => {
      const { hash, events } = await chain.submit(chain.message(to, propose('tea?', BLOCKS)));
      const { messageId } = find(events, 'actors', 'MessageQueued');
      assert.equal(await casts(1, true, bob), 'Finished');
      assert.equal(await casts(1, false, charlie), 'Finished');
      assert.equal(await casts(1, false, bob), 'VotedAlready');
      assert.equal(await casts(2, true, bob), 'NoSuchVote');

      const ended = await chain.ending(messageId, hash);
      const result = { yes: '1', no: '1', isOver: true };
      assert.equal(ended.code, 'Replied');
      assert.deepEqual(propose.answer(ended.payload).toHuman(), result);
      assert.equal(await chain.number(ended.ended), await chain.number(hash) + BLOCKS);
      assert.deepEqual(told(await chain.settled(hash)),
        [{ Begun: { vote: '1', text: 'tea?' } }, { Ended: { vote: '1', tally: result } }]);
      assert.equal(await casts(1, true, alice), 'Over');
    });

    it('and whoever announced has gone on long since', async () => {
      const announced = await chain.send(to, announce('coffee?', BLOCKS));
      assert.equal(announce.answer(announced.payload).toNumber(), 2);
      assert.equal(await casts(2, true, bob), 'Finished');
      const result = { yes: '1', no: '0', isOver: true };
      assert.deepEqual(told(await chain.settled(announced.hash)),
        [{ Begun: { vote: '2', text: 'coffee?' } }, { Ended: { vote: '2', tally: result } }]);
      assert.deepEqual((await chain.ask(to, voting.queries.tally, 2)).toHuman(), result);
    });
  });

  it('leave no complaint in the log, and nothing in flight', async () => {
    assert.equal(await chain.inEscrow(), 0n);
    for (const map of ['purses', 'waiting', 'mailboxes', 'agenda', 'ticks', 'delayed']) {
      assert.deepEqual(await api.query.actors[map].entries(), [], map);
    }
    assert.deepEqual(node.complaints, []);
  });
});
