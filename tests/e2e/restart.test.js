// A node that is killed comes back with what it had finalised, but for the very last moments: its
// database, ParityDB, answers before it has written.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { Chain, is } from './lib/chain.js';
import { idl } from './lib/idl.js';
import { Node } from './lib/node.js';
import { program } from './lib/programs.js';

/** How long, in milliseconds, a finalised block may be in the node's memory alone. */
const UNWRITTEN = 2_000;

describe('kill -9', { timeout: 600_000 }, () => {
  const { constructors, methods: { add }, queries: { count } } = idl('counter');
  let node;
  let chain;
  let counter;
  /** Hash and state of every block that was seen finalised, and when it was seen, by height. */
  const finalised = new Map();

  before(async () => {
    node = await Node.start('--dev');
    chain = await Chain.connect(node);
    await watch();
    counter = (await chain.deploy(program('counter'), { payload: constructors.new(0) })).program;
  });
  after(async () => {
    await chain?.disconnect();
    await node?.stop();
  });
  afterEach((test) => node?.explain(test));

  let onFinalised = () => {};
  const watch = () => chain.api.rpc.chain.subscribeFinalizedHeads((header) => {
    finalised.set(header.number.toNumber(), {
      hash: header.hash.toHex(),
      stateRoot: header.stateRoot.toHex(),
      seen: Date.now(),
    });
    onFinalised();
  });
  const height = () => Math.max(...finalised.keys());
  /** Returns the moment a block at this height is reported final. */
  const finality = (number) => new Promise((done) => {
    onFinalised = () => height() >= number && done();
    onFinalised();
  });

  async function killAndRestart() {
    const written = Date.now() - UNWRITTEN;
    await node.kill();
    await chain.disconnect();
    await node.start();
    chain = await Chain.connect(node);
    const { api } = chain;
    const head = (await api.rpc.chain.getHeader(await api.rpc.chain.getFinalizedHead())).number.toNumber();
    // Only the last blocks may be gone, and none that had the time to be written.
    const lost = [...finalised].filter(([number]) => number > head);
    for (const [number] of lost) finalised.delete(number);
    await watch();
    for (const [number, { seen }] of lost) {
      assert.ok(seen > written, `block ${number} was finalised, now only ${head} is`);
    }
    return lost.length;
  }

  async function theRestIsAsItWas() {
    const { api } = chain;
    for (const [number, { hash, stateRoot }] of finalised) {
      assert.equal((await api.rpc.chain.getBlockHash(number)).toHex(), hash, `block ${number}`);
      assert.equal((await api.rpc.chain.getHeader(hash)).stateRoot.toHex(), stateRoot);
    }
  }

  /** The counter's value is the sum of what finalised messages added. */
  async function stateIsWhatMessagesMade() {
    let total = 0;
    let hash;
    for (let number = 1, last = height(); number <= last; number += 1) {
      hash = (await chain.api.rpc.chain.getBlockHash(number)).toHex();
      total += (await chain.events(hash)).filter((event) => is(event, 'actors', 'MessageProcessed')
        && event.data.replyCode.isReplied && event.data.destination.toString() === counter).length;
    }
    assert.equal(count.answer(await chain.state(counter, count(), hash)).toNumber(), total);
  }

  it('at rest loses nothing', async () => {
    const { ended } = await chain.send(counter, add(1));
    await finality(await chain.number(ended));
    await sleep(UNWRITTEN);
    assert.equal(await killAndRestart(), 0);
    await theRestIsAsItWas();
    assert.equal((await chain.ask(counter, count)).toNumber(), 1);
    assert.equal(add.answer((await chain.send(counter, add(1))).payload).toNumber(), 2);
  });

  for (const round of [1, 2, 3, 4]) {
    it(`during a burst of messages loses nothing that was written (${round})`, async (test) => {
      const start = height();
      let killed = false;
      const sending = (async () => {
        const { api, alice } = chain;
        const first = await api.rpc.system.accountNextIndex(alice.address);
        for (let index = 0; !killed; index += 1) {
          await chain.message(counter, add(1)).signAndSend(alice, { nonce: first.addn(index) });
        }
      })().catch((error) => {
        // The kill takes the connection along.
        if (!killed) throw error;
      });
      await Promise.race([finality(start + 1 + 3 * round), sending]);
      // Of some of what goes on, there has been time to write it, and of some there has not.
      await Promise.race([sleep(UNWRITTEN), sending]);
      killed = true;
      const lost = await killAndRestart();
      test.diagnostic(`${height() + lost - start} blocks, ${lost} of them lost`);
      await sending;
      await theRestIsAsItWas();
      // The chain goes on, in order.
      const before = (await chain.ask(counter, count)).toNumber();
      const { code, payload, ended } = await chain.send(counter, add(1));
      assert.equal(code, 'Replied');
      assert.ok(add.answer(payload).toNumber() > before);
      await finality(await chain.number(ended));
      await stateIsWhatMessagesMade();
    });
  }

  it('twice in a row, before a block is made, opens clean', async () => {
    await sleep(UNWRITTEN);
    assert.equal(await killAndRestart(), 0);
    assert.equal(await killAndRestart(), 0);
    await theRestIsAsItWas();
    assert.equal((await chain.send(counter, add(1))).code, 'Replied');
    assert.deepEqual(node.complaints, []);
  });
});
