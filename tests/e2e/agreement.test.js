// Two validators, each a process with a database of its own, agree on every state.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { Chain, is } from './lib/chain.js';
import { idl } from './lib/idl.js';
import { Node } from './lib/node.js';
import { handling, program } from './lib/programs.js';

const BLOCKS = 20;

describe('two validators', { timeout: 900_000 }, () => {
  const nodes = [];
  const chains = [];
  before(async () => {
    const start = async (...args) => {
      const key = randomBytes(32).toString('hex');
      nodes.push(await Node.start('--chain', 'local', '--validator', '--node-key', key, ...args));
      chains.push(await Chain.connect(nodes.at(-1)));
    };
    await start('--alice');
    const peer = await chains[0].api.rpc.system.localPeerId();
    await start('--bob', '--bootnodes', `/ip4/127.0.0.1/tcp/${nodes[0].p2pPort}/p2p/${peer}`);
    chains[0].signer = chains[0].alice;
    chains[1].signer = chains[1].bob;
  });
  after(async () => {
    for (const chain of chains) await chain.disconnect();
    for (const node of nodes) await node.stop();
  });
  afterEach((test) => nodes.forEach((node) => node.explain(test)));

  it(`agree on every state root over ${BLOCKS} finalised blocks of each with messages`, async () => {
    const [{ api }] = chains;
    const counting = idl('counter');
    const { add } = counting.methods;
    const { hash: hashes } = idl('hash-chain').methods;
    const { deposit } = idl('vault').methods;
    const counter = (await chains[0].deploy(program('counter'), {
      payload: counting.constructors.new(0),
    })).program;
    const vault = (await chains[0].deploy(program('vault'))).program;
    const hasher = (await chains[0].deploy(program('hash-chain'))).program;
    const trap = (await chains[0].deploy(handling('unreachable'))).program;
    while ((await chains[1].api.call.actorsApi.program(trap)).isNone) await sleep(500);

    // Each sends through a node of its own, all the time, until there are enough blocks.
    let enough = false;
    const sent = Promise.all(chains.map(async (chain) => {
      const first = await chain.api.rpc.system.accountNextIndex(chain.signer.address);
      for (let round = 0; !enough; round += 1) {
        const messages = [
          chain.message(counter, add(1)),
          chain.message(hasher, hashes(randomBytes(32), 20)),
          chain.message(vault, deposit(), { value: 1n }),
          // Nobody takes the value: it is refused, and comes back.
          chain.message(counter, add(1), { value: 1n }),
          chain.message(trap, '0x', { value: 1_000n }),
        ];
        await messages[round % messages.length].signAndSend(chain.signer, { nonce: first.addn(round) });
        await sleep(700);
      }
    }));

    const authorities = await api.query.aura.authorities();
    const authored = authorities.map(() => 0);
    let height = 0;
    const finalisedUpTo = async (chain) =>
      (await chain.api.rpc.chain.getHeader(await chain.api.rpc.chain.getFinalizedHead())).number.toNumber();
    while (authored.some((blocks) => blocks < BLOCKS)) {
      await Promise.race([sent, sleep(1_000)]);
      for (const last = await finalisedUpTo(chains[0]); height < last;) {
        height += 1;
        const hash = await api.rpc.chain.getBlockHash(height);
        const events = await chains[0].events(hash.toHex());
        if (!events.some((event) => is(event, 'actors', 'MessageProcessed'))) continue;
        const header = await api.rpc.chain.getHeader(hash);
        const slot = header.digest.logs.find((log) => log.isPreRuntime).asPreRuntime[1].toU8a(true);
        authored[Number(Buffer.from(slot).readBigUInt64LE()) % authorities.length] += 1;
      }
    }
    enough = true;
    await sent;
    while (await finalisedUpTo(chains[1]) < height) await sleep(500);

    let counted = 0;
    let processed = 0;
    for (let number = 0; number <= height; number += 1) {
      const [one, other] = await Promise.all(chains.map(async (chain) => {
        const hash = await chain.api.rpc.chain.getBlockHash(number);
        const header = await chain.api.rpc.chain.getHeader(hash);
        return { hash: hash.toHex(), header, stateRoot: header.stateRoot.toHex() };
      }));
      assert.equal(one.stateRoot, other.stateRoot, `the state root of block ${number}`);
      assert.equal(one.hash, other.hash, `the hash of block ${number}`);
      for (const event of number > 0 ? await chains[1].events(other.hash) : []) {
        if (!is(event, 'actors', 'MessageProcessed')) continue;
        processed += 1;
        if (event.data.destination.toString() === counter && event.data.replyCode.isReplied) counted += 1;
      }
    }
    // What both read from the last block is what its messages made.
    const hash = (await api.rpc.chain.getBlockHash(height)).toHex();
    for (const chain of chains) {
      const state = await chain.state(counter, counting.queries.count(), hash);
      assert.equal(counting.queries.count.answer(state).toNumber(), counted);
    }
    assert.ok(processed >= 2 * BLOCKS);
    for (const node of nodes) assert.deepEqual(node.complaints, []);
  });
});
