// Gas and deposits are in actors-test what they are on a node, to the unit: authors may believe the
// numbers of their tests.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { promisify } from 'node:util';

import { Chain, is } from './lib/chain.js';
import { Node, root, targetDir } from './lib/node.js';

const list = JSON.parse(readFileSync(new URL('lib/gas-scenarios.json', import.meta.url), 'utf8'));
const run = promisify(execFile);

/**
 * What the same burns in tests, as an example of actors-test prints it. `.ci/test test` has built that;
 * of the whole workspace, for one set of features.
 */
async function inTests() {
  const name = 'gas_scenarios';
  await run('cargo', ['build', '--locked', '--workspace', '--example', name], { cwd: root });
  const { stdout } = await run(join(targetDir, 'debug/examples', name), { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout);
}

describe('gas', { timeout: 1_800_000 }, () => {
  const deployed = {};
  let node;
  let chain;
  let told;
  before(async () => {
    told = await inTests();
    node = await Node.start('--dev');
    chain = await Chain.connect(node);
  });
  after(async () => {
    await chain?.disconnect();
    await node?.stop();
  });
  afterEach((test) => node?.explain(test));

  const account = (address) => chain.api.createType('AccountId', address).toU8a();
  const payload = (parts) => Buffer.concat(parts.map((part) => {
    if (part === '@sender') return account(chain.alice.address);
    if (part.startsWith('@')) return account(deployed[part.slice(1)]);
    if (part.startsWith('0x')) return Buffer.from(part.slice(2), 'hex');
    const [, kind, text] = part.match(/^(\w+):(.*)$/s);
    return kind === 'text' ? Buffer.from(text) : chain.api.createType(kind, text).toU8a();
  }));

  /** Waits until nothing is queued or scheduled; the gas of all turns since that block. */
  async function burned(hash) {
    const turns = (await chain.settled(hash)).filter((event) =>
      is(event, 'actors', 'MessageProcessed') || is(event, 'actors', 'MessageWaiting'));
    return turns.reduce((sum, { data }) => sum + data.gasBurned.toBigInt(), 0n);
  }

  it('is told of every scenario', () => {
    const names = list.scenarios.map(({ name }) => name).sort();
    assert.ok(names.length > 0);
    assert.deepEqual(Object.keys(told).sort(), names);
  });

  for (const { name, init = list.defaults.init, messages } of list.scenarios) {
    it(`of ${name} is on the node what it is in tests, and so is its deposit`, async () => {
      const { code, ...expected } = told[name];
      const made = await chain.deploy(code, { payload: payload(init) });
      deployed[name] = made.program;
      const real = { init_gas: String(await burned(made.hash)), messages: [] };
      for (const message of messages) {
        const { value, gas, deposit } = { ...list.defaults, ...message };
        const sent = await chain.send(made.program, payload(message.payload), {
          value: BigInt(value), gas: BigInt(gas), deposit: BigInt(deposit),
        });
        real.messages.push({
          code: sent.code, gas_burned: String(sent.gasBurned), cascade_gas: String(await burned(sent.hash)),
        });
      }
      const record = (await chain.api.call.actorsApi.program(made.program)).unwrap();
      real.deposit = record.deposit.toBigInt().toString();
      assert.deepEqual(real, expected);
    });
  }

  it('leaves no complaint in the log', () => {
    assert.deepEqual(node.complaints, []);
  });
});
