// What a wallet needs is in the metadata: no types, no options, no custom RPC.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';

import { Chain } from './lib/chain.js';
import { Node } from './lib/node.js';
import { warnings } from './lib/warnings.js';

/** The methods of a node that adds none of its own. */
const STOCK = new RegExp(`^(${[
  'account', 'author', 'bitswap_v1', 'chain', 'chainHead_v1', 'chainSpec_v1', 'childstate', 'offchain',
  'payment', 'rpc', 'state', 'system', 'transaction_v1', 'transactionWatch_v1',
].join('|')})_\\w+$|^(un)?subscribe_newHead$`);

describe('a plain @polkadot/api', { timeout: 120_000 }, () => {
  let node;
  let chain;
  before(async () => {
    node = await Node.start('--dev');
    chain = await Chain.connect(node);
  });
  after(async () => {
    await chain?.disconnect();
    await node?.stop();
  });
  afterEach((test) => node?.explain(test));

  it('knows every type and every call', () => {
    // The one warning is about RPC methods of the SDK that are younger than the library.
    const others = warnings.filter((warning) => {
      const methods = warning.match(/RPC methods not decorated: (.*)/)?.[1].split(', ');
      return !methods?.every((method) => STOCK.test(method));
    });
    assert.deepEqual(others, []);
  });

  it('finds every call of the pallet', () => {
    const calls = Object.fromEntries(Object.entries(chain.api.tx.actors)
      .map(([name, call]) => [name, call.meta.args.map((arg) => arg.name.toString())]));
    const message = ['payload', 'value', 'gasLimit', 'depositLimit'];
    assert.deepEqual(calls, {
      uploadCode: ['code'],
      keepCode: ['codeHash'],
      removeCode: ['codeHash'],
      createProgram: ['codeHash', 'salt', ...message],
      uploadProgram: ['code', 'salt', ...message],
      sendMessage: ['destination', ...message],
      setServicePaused: ['paused'],
      sendReply: ['messageId', 'payload', 'value', 'onlyIfAwaited'],
      claimValue: ['messageId'],
      closePurse: ['messageId'],
      upgradeProgram: ['program', 'codeHash', 'payload', 'gasLimit', 'depositLimit'],
      setAdmin: ['program', 'admin'],
    });
  });

  it('finds every read of the runtime API', () => {
    assert.deepEqual(Object.keys(chain.api.call.actorsApi).sort(), ['checkCode', 'code',
      'dryRunCreation', 'dryRunMessage', 'dryRunUpgrade', 'dryRunUpgradeCode', 'dryRunUpload',
      'dryRunUploadProgram', 'hasSchedule', 'hasWork', 'idl', 'inheritor', 'mailbox', 'program', 'queue',
      'readState', 'stateEntry', 'traceMessage', 'traceQueued', 'traceUpgrade', 'waiting', 'wasm']);
  });

  it('names every way in which a message ends', () => {
    const { types } = chain.api.registry.lookup;
    const { def } = types.find(({ type: { path } }) => path.at(-1)?.toString() === 'ReplyCode').type;
    assert.deepEqual(def.asVariant.variants.map(({ name }) => name.toString()), [
      'Replied', 'Finished', 'Trapped', 'Panicked', 'OutOfGas', 'StackDepth', 'MemoryLimit', 'SyscallMisuse',
      'DepositShortfall', 'LimitExceeded', 'Reverted', 'NoSuchProgram', 'NotInitialised', 'Exited', 'Upgraded',
      'DeadlinePassed', 'CodeRefused', 'PurseClosed',
    ]);
  });

  it('shows docs for every call, event, error, constant, storage item and field', () => {
    const { lookup, metadata } = chain.api.registry;
    const pallet = metadata.pallets.find(({ name }) => name.toString() === 'Actors');
    const undocumented = [];
    const judge = (what, { docs }) => {
      if (!docs.join('').trim()) undocumented.push(what);
    };
    for (const kind of ['calls', 'events', 'errors']) {
      const variants = lookup.getSiType(pallet[kind].unwrap().type).def.asVariant.variants;
      assert.ok(variants.length > 0, kind);
      for (const variant of variants) {
        judge(`${kind}.${variant.name}`, variant);
        if (kind === 'calls') continue; // The macro gives arguments no docs; the call's own name them.
        for (const field of variant.fields) judge(`${kind}.${variant.name}.${field.name}`, field);
      }
    }
    for (const constant of pallet.constants) judge(`constants.${constant.name}`, constant);
    for (const item of pallet.storage.unwrap().items) judge(`storage.${item.name}`, item);
    assert.deepEqual(undocumented, []);
  });

  it('shows every field under its own name', () => {
    const { lookup } = chain.api.registry;
    const renamed = [];
    for (const { type: { def, path } } of lookup.types) {
      if (!/^(pallet_)?actors/.test(path[0]?.toString())) continue;
      const fields = def.isComposite ? [...def.asComposite.fields]
        : def.isVariant ? def.asVariant.variants.flatMap((variant) => [...variant.fields]) : [];
      // The library adds an underscore to names that it needs itself.
      for (const { name } of fields) {
        if (lookup.sanitizeField(name)[0]?.endsWith('_')) renamed.push(`${path.join('::')}.${name}`);
      }
    }
    assert.deepEqual(renamed, []);
  });

  it('may ask for metadata in versions 14, 15 and 16', async () => {
    const versions = (await chain.api.call.metadata.metadataVersions()).map((v) => v.toNumber());
    for (const version of [14, 15, 16]) {
      assert.ok(versions.includes(version), `${version} is not in ${versions}`);
      const metadata = await chain.api.call.metadata.metadataAtVersion(version);
      assert.ok(metadata.isSome, `version ${version} is empty`);
    }
  });

  it('sees only stock RPC methods', async () => {
    const { methods } = await chain.api.rpc.rpc.methods();
    const own = methods.map(String).filter((method) => !STOCK.test(method));
    assert.deepEqual(own, []);
  });
});
