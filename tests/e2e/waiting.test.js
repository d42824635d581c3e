// Messages that wait: for a user's answer, for a deadline; and the time that passes meanwhile.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { Chain, UNIT, find, is } from './lib/chain.js';
import { idl } from './lib/idl.js';
import { Node } from './lib/node.js';
import { program } from './lib/programs.js';

const asking = idl('oracle');
const { ask: question } = asking.methods;

/** What the oracle's replies say. */
const answer = ({ payload }) => question.answer(payload).toHuman();

describe('waiting', { timeout: 300_000 }, () => {
  let node;
  let chain;
  let api;
  /** Oracles that ask Bob: one is patient, the other gives up soon. */
  let patient;
  let hasty;
  const SOON = 3;
  before(async () => {
    node = await Node.start('--dev');
    chain = await Chain.connect(node);
    api = chain.api;
    const code = program('oracle');
    const { new: found } = asking.constructors;
    patient = (await chain.deploy(code, { payload: found(chain.bob.address, 1_000) })).program;
    hasty = (await chain.deploy(code, { payload: found(chain.bob.address, SOON), salt: '0x01' })).program;
  });
  after(async () => {
    await chain?.disconnect();
    await node?.stop();
  });
  afterEach((test) => node?.explain(test));

  /** Alice asks; the question has come to Bob. */
  async function ask(oracle, text, value = 0n) {
    const asked = await chain.submit(chain.message(oracle, question(text), { value }));
    const { messageId } = find(asked.events, 'actors', 'MessageQueued');
    const letter = asked.block.find((event) =>
      is(event, 'actors', 'UserMessage') && event.data.expires.isSome)?.data;
    assert.ok(letter, 'the question stands in the mailbox by the end of its block');
    assert.deepEqual((await chain.mailbox(chain.bob)).map(String), [letter.messageId.toHex()]);
    return { ...asked, messageId, letter };
  }
  const open = async (oracle) => (await chain.ask(oracle, asking.queries.open)).toNumber();

  /** Gas that rent takes while a letter stands with that text and a message waits for it, for so many blocks. */
  const rent = (blocks, text) => {
    const { rent: each, rentByte } = api.consts.actors.schedule;
    const bytes = BigInt(text.length + question(text).length);
    return BigInt(blocks) * (2n * each.toBigInt() + bytes * rentByte.toBigInt());
  };

  it('for a user: the reply carries what was said and value, exact to the planck', async () => {
    const pay = 3n * UNIT + 1n;
    const asked = await ask(patient, 'what is six times seven?', pay);
    const { letter } = asked;
    assert.equal(letter.destination.toString(), chain.bob.address);
    assert.equal(letter.source.toString(), patient);
    assert.equal(letter.payload.toUtf8(), 'what is six times seven?');
    assert.equal(letter.value.toBigInt(), pay);
    assert.equal(letter.expires.unwrap().toNumber(), 1_000);
    const [[, purse], ...others] = await api.query.actors.purses.entries();
    assert.deepEqual(others, []);
    const { held, deposit } = purse.unwrap();
    assert.equal(await chain.inEscrow(), pay + held.toBigInt() + deposit.toBigInt(), 'with what the call has left');
    assert.equal((await api.query.actors.waiting.entries()).length, 1);
    assert.equal(await open(patient), 1);

    const replied = await chain.reply(chain.bob, letter.messageId, '42', UNIT + 2n);
    const ended = await chain.ending(asked.messageId, replied.hash);
    assert.equal(ended.code, 'Replied');
    assert.deepEqual(answer(ended), { Said: '42' });
    assert.equal(ended.value, UNIT + 2n);
    assert.equal(await open(patient), 0);
    assert.deepEqual(await chain.mailbox(chain.bob), []);

    const since = (await api.rpc.chain.getHeader(asked.hash)).parentHash.toHex();
    const waited = await chain.number(ended.ended) - await chain.number(asked.hash);
    const turns = asked.block.find((event) => is(event, 'actors', 'MessageWaiting')).data;
    const gas = turns.gasBurned.toBigInt() + ended.gasBurned + rent(waited, 'what is six times seven?');
    const accounts = { alice: chain.alice.address, bob: chain.bob.address, patient };
    const change = await chain.changes(ended.ended, accounts, since);
    // The page that keeps what waits was stored and freed again: the oracle keeps its deposit.
    const kept = change.patient.free;
    assert.ok(kept > 0n);
    assert.deepEqual(change, {
      alice: { free: -(asked.fee + chain.gasCost(gas) + pay + kept - (UNIT + 2n)), held: 0n },
      bob: { free: pay - (UNIT + 2n) - replied.fee, held: 0n },
      patient: { free: kept, held: 0n },
      issuance: -(asked.fee + chain.gasCost(gas) + replied.fee),
    });
  });

  it('can be followed by events from the call to the reply', async () => {
    const asked = await ask(patient, 'and then?');
    const id = asked.messageId.toHex();
    const letter = asked.letter.messageId.toHex();
    const replied = await chain.reply(chain.bob, letter, 'the end');
    const { ended } = await chain.ending(asked.messageId, replied.hash);

    const told = [];
    const last = await chain.number(ended);
    for (let number = await chain.number(asked.hash); number <= last; number += 1) {
      const hash = await api.rpc.chain.getBlockHash(number);
      for (const { section, method, data } of await chain.events(hash.toHex())) {
        if (section !== 'actors') continue;
        const [of] = [data.reply?.isSome ? data.reply.unwrap().to : data.messageId].map(String);
        told.push([method, { [id]: 'question', [letter]: 'letter' }[of] ?? data.source.toString()]);
      }
    }
    assert.deepEqual(told, [
      ['MessageQueued', 'question'],
      ['UserMessage', 'letter'],
      ['MessageWaiting', 'question'],
      ['LetterClosed', 'letter'],
      // What Bob says is a reply on its way to the oracle.
      ['MessageQueued', chain.bob.address],
      ['UserMessage', 'question'],
      ['MessageProcessed', 'question'],
    ]);
  });

  it('for nobody: the deadline passes with time, which nobody but the node makes', async () => {
    const start = Date.now();
    const asked = await ask(hasty, 'anybody?', UNIT);
    assert.equal((await api.call.actorsApi.hasWork()).isTrue, false);
    assert.equal((await api.call.actorsApi.hasSchedule()).isTrue, true);
    const ended = await chain.ending(asked.messageId, asked.hash);
    assert.equal(answer(ended), 'TooLate');
    assert.equal(ended.value, UNIT);
    assert.equal(await chain.number(ended.ended), await chain.number(asked.hash) + SOON);
    const took = Date.now() - start;
    assert.ok(took > (SOON - 1) * 1_000 && took < SOON * 1_000 + 5_000, `${took} ms`);
    const closed = find(ended.block, 'actors', 'LetterClosed');
    assert.equal(closed.end.type, 'Expired');
    assert.equal(closed.value.toBigInt(), UNIT);
    const late = await chain.refused(
      api.tx.actors.sendReply(asked.letter.messageId, '0x', 0, false), { signer: chain.bob });
    assert.equal(late.name, 'actors.NoSuchLetter');

    // With nothing on the agenda the chain rests.
    assert.equal((await api.call.actorsApi.hasSchedule()).isTrue, false);
    const head = await chain.head();
    await sleep(2_500);
    assert.equal(await chain.head(), head);
  });

  it('for a user with nothing to say, who takes the value', async () => {
    const asked = await ask(patient, 'well?', UNIT);
    assert.equal((await chain.refused(api.tx.actors.claimValue(asked.letter.messageId))).name,
      'actors.NoSuchLetter', 'it is not for Alice');
    const claimed = await chain.claim(chain.bob, asked.letter.messageId);
    const ended = await chain.ending(asked.messageId, claimed.hash);
    assert.equal(answer(ended), 'Declined');
    assert.equal(ended.value, 0n);
    const { bob } = await chain.changes(claimed.hash, { bob: chain.bob.address });
    assert.deepEqual(bob, { free: UNIT - claimed.fee, held: 0n });
    const closed = find(claimed.events, 'actors', 'LetterClosed');
    assert.equal(closed.end.type, 'Claimed');
  });

  it('and failing then is told to the program, which cleans up', async () => {
    const asked = await ask(patient, 'in a word?');
    assert.equal(await open(patient), 1);
    const replied = await chain.reply(chain.bob, asked.letter.messageId, Buffer.alloc(257));
    const ended = await chain.ending(asked.messageId, replied.hash);
    assert.equal(ended.code, 'Reverted');
    assert.deepEqual(question.refusal(ended.payload).toHuman(), { Program: 'AnswerTooLong' });
    const processed = ended.block.filter((event) => is(event, 'actors', 'MessageProcessed'));
    assert.deepEqual(processed.map(({ data }) => data.replyCode.type), ['Reverted', 'Finished']);
    assert.equal(await open(patient), 0);
  });

  it('stands still while the service is paused', async () => {
    const pause = (paused) => api.tx.sudo.sudo(api.tx.actors.setServicePaused(paused));
    const asked = await ask(hasty, 'are you asleep?');
    await chain.submit(pause(true));
    assert.equal((await api.call.actorsApi.hasSchedule()).isTrue, false);
    const number = await chain.number(await chain.head());
    await sleep(2_500);
    // Blocks that are made for other reasons are no time that passes.
    for (let index = 0; index <= SOON; index += 1) {
      await chain.submit(api.tx.system.remark('0x'));
    }
    assert.equal(await chain.number(await chain.head()), number + SOON + 1);
    assert.equal((await chain.mailbox(chain.bob)).length, 1);
    const resumed = await chain.submit(pause(false));
    const ended = await chain.ending(asked.messageId, resumed.hash);
    assert.equal(answer(ended), 'TooLate');
  });

  it('goes on when the node was killed, with nothing else to do', async () => {
    const asked = await ask(hasty, 'where were we?', UNIT);
    // The database writes behind; the block with the question is to outlive the kill.
    await sleep(500);
    await node.kill();
    await chain.disconnect();
    await node.start();
    chain = await Chain.connect(node);
    api = chain.api;
    const ended = await chain.ending(asked.messageId, asked.hash);
    assert.equal(answer(ended), 'TooLate');
    assert.equal(ended.value, UNIT);
    assert.equal(await chain.number(ended.ended), await chain.number(asked.hash) + SOON);
  });

  it('ends with nothing in flight, and leaves no complaint in the log', async () => {
    assert.equal(await chain.inEscrow(), 0n);
    for (const map of ['purses', 'waiting', 'mailboxes', 'agenda', 'ticks', 'delayed']) {
      assert.deepEqual(await api.query.actors[map].entries(), [], map);
    }
    assert.deepEqual(node.complaints, []);
  });
});
