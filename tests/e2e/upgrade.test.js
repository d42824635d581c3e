// Programs that go on with other code: by their admin, or not at all.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';

import { Chain, DEPOSIT, GAS, UNIT, bytes, find, u32 } from './lib/chain.js';
import { idl } from './lib/idl.js';
import { Node } from './lib/node.js';
import { program } from './lib/programs.js';

describe('upgrades', { timeout: 300_000 }, () => {
  const former = idl('oracle');
  const { migrations: { 1: migrate }, methods: { ask }, queries } = idl('oracle-2');
  let node;
  let chain;
  let api;
  let oracle;
  let second;
  before(async () => {
    node = await Node.start('--dev');
    chain = await Chain.connect(node);
    api = chain.api;
    const payload = former.constructors.new(chain.bob.address, 1_000);
    oracle = (await chain.deploy(program('oracle'), { payload })).program;
    second = await chain.upload(program('oracle-2'));
  });
  after(async () => {
    await chain?.disconnect();
    await node?.stop();
  });
  afterEach((test) => node?.explain(test));

  const record = async (which = oracle) => (await api.call.actorsApi.program(which)).unwrap();
  const upgrade = (which = oracle) => api.tx.actors.upgradeProgram(which, second, bytes(migrate(null)), GAS, DEPOSIT);

  /** Why the program does not answer a query. */
  async function refusedQuery(payload) {
    const { code, payload: why } = (await api.call.actorsApi.readState(oracle, bytes(payload))).asErr.asFailed;
    assert.equal(code.type, 'Reverted');
    return queries.saved.refusal(why).type;
  }

  /** All that the pallet stores, but for where the queue is. */
  async function stored(hash) {
    const { [api.query.actors.service.key()]: _, ...rest } = await chain.storage('actors', hash);
    return rest;
  }

  it('are the admin\'s alone', async () => {
    assert.equal((await record()).admin.unwrap().toString(), chain.alice.address);
    const refused = await chain.refused(upgrade(), { signer: chain.bob });
    assert.equal(refused.name, 'actors.NotAdmin');
    assert.match(refused.docs, /admin/);
    assert.equal((await record()).epoch.toNumber(), 0);
  });

  it('that fail leave the old code, and cost no more than gas', async () => {
    const before = await stored();
    const failed = await chain.upgrade(oracle, second, Buffer.from([1]));
    assert.equal(failed.code, 'Reverted');
    assert.deepEqual(migrate.refusal(failed.payload).toHuman(), { Arguments: { argument: '0' } });
    assert.equal(find(failed.block, 'actors', 'ProgramUpgraded'), undefined);
    assert.deepEqual(await stored(), before);
    const spent = failed.fee + chain.gasCost(failed.gasBurned);
    assert.deepEqual(await chain.changes(failed.ended, { alice: chain.alice.address, oracle }), {
      alice: { free: -spent, held: 0n },
      oracle: { free: 0n, held: 0n },
      issuance: -spent,
    });
    assert.equal((await chain.ask(oracle, former.queries.open)).toNumber(), 0);
    assert.equal(await refusedQuery(queries.saved()), 'UnknownRoute', 'the old code answers');
  });

  it('that succeed change code and memory, keep address and state, and end what waits', async () => {
    const asked = await chain.submit(chain.message(oracle, former.methods.ask('still there?'), { value: UNIT }));
    const { messageId } = find(asked.events, 'actors', 'MessageQueued');
    const [letter] = await chain.mailbox(chain.bob);
    const old = (await record()).codeHash;
    const before = await chain.balance(oracle);

    const upgraded = await chain.upgrade(oracle, second, migrate(500));
    assert.equal(upgraded.code, 'Finished');
    const told = find(upgraded.block, 'actors', 'ProgramUpgraded');
    assert.equal(told.program.toString(), oracle);
    assert.equal(told.codeHash.toHex(), second.toHex());
    assert.equal(told.epoch.toNumber(), 1);
    const { codeHash, epoch, admin, storedPages } = await record();
    assert.equal(codeHash.toHex(), second.toHex());
    assert.equal(epoch.toNumber(), 1);
    assert.equal(admin.unwrap().toString(), chain.alice.address);
    assert.equal(storedPages.toNumber(), 0, 'the new code keeps nothing in memory');

    const cut = await chain.ending(messageId, asked.hash);
    assert.equal(cut.code, 'Upgraded');
    assert.equal(cut.value, 0n, 'its value had gone on to Bob\'s mailbox');
    assert.equal((await chain.mailbox(chain.bob)).length, 1);
    // The version, whom to ask, for how many blocks, how many are open, and how many were saved.
    const state = (await api.call.actorsApi.stateEntry(oracle, ':state')).asOk.unwrap();
    assert.deepEqual(Buffer.from(state),
      Buffer.concat([Buffer.from([2, 0]), chain.bob.publicKey, ...[500, 0, 0].map(u32)]));

    // What Bob says is heard by nobody, but what he sends is the oracle's.
    const replied = await chain.reply(chain.bob, letter, 'yes', 7n);
    const after = await chain.balance(oracle);
    const freed = before.held - after.held;
    assert.ok(freed >= 0n);
    assert.equal(after.free, before.free + freed + 7n);
    assert.equal(find(replied.block, 'actors', 'MessageProcessed'), undefined);

    // Nobody uses the old code any more.
    await chain.submit(api.tx.actors.removeCode(old));
  });

  it('show: the new code does what the old one did not', async () => {
    const known = () => chain.ask(oracle, queries.answer, 'who?');
    assert.ok((await known()).isNone);
    const asked = await chain.submit(chain.message(oracle, ask('who?')));
    const { messageId } = find(asked.events, 'actors', 'MessageQueued');
    const [letter] = await chain.mailbox(chain.bob);
    const replied = await chain.reply(chain.bob, letter, 'me');
    const { payload } = await chain.ending(messageId, replied.hash);
    assert.deepEqual(ask.answer(payload).toHuman(), { Said: 'me' });
    const again = await chain.send(oracle, ask('who?'), { value: UNIT });
    assert.deepEqual(ask.answer(again.payload).toHuman(), { Said: 'me' });
    assert.equal(again.value, UNIT);
    assert.equal((await known()).unwrap().toUtf8(), 'me');
    assert.equal((await chain.ask(oracle, queries.saved)).toNumber(), 1);
  });

  it('pass to another admin, and end for ever with none', async () => {
    const { setAdmin } = api.tx.actors;
    const passed = await chain.submit(setAdmin(oracle, chain.bob.address));
    assert.equal(find(passed.events, 'actors', 'AdminSet').admin.unwrap().toString(), chain.bob.address);
    assert.equal((await chain.refused(upgrade())).name, 'actors.NotAdmin');
    // From the version that it has it takes nothing over, and needs no arguments.
    const upgraded = await chain.upgrade(oracle, second, '0x', { signer: chain.bob });
    assert.equal(upgraded.code, 'Finished');
    assert.equal((await record()).epoch.toNumber(), 2);
    // And there is no way back, the first version says.
    const first = await chain.upload(program('oracle'));
    const back = await chain.upgrade(oracle, first, '0x', { signer: chain.bob });
    assert.equal(back.code, 'Reverted');
    assert.deepEqual(migrate.refusal(back.payload).toHuman(), { StateVersion: { found: '2' } });
    assert.equal((await record()).epoch.toNumber(), 2);

    const ended = await chain.submit(setAdmin(oracle, null), { signer: chain.bob });
    assert.ok(find(ended.events, 'actors', 'AdminSet').admin.isNone);
    assert.ok((await record()).admin.isNone);
    for (const signer of [chain.alice, chain.bob]) {
      assert.equal((await chain.refused(upgrade(), { signer })).name, 'actors.NotAdmin');
      const refused = await chain.refused(setAdmin(oracle, signer.address), { signer });
      assert.equal(refused.name, 'actors.NotAdmin');
    }
    assert.equal((await chain.ask(oracle, queries.answer, 'who?')).unwrap().toUtf8(), 'me', 'it works on');
  });

  it('leaves no complaint in the log', () => {
    assert.deepEqual(node.complaints, []);
  });
});
