// What the tests do with a chain, through @polkadot/api as it comes: no types, no options.

import './warnings.js';

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiPromise, Keyring, WsProvider } from '@polkadot/api';
import { u8aConcat } from '@polkadot/util';

/** Enough for any test that does not look at gas or deposits. */
export const GAS = 100_000_000_000n;
export const UNIT = 1_000_000_000_000n;
export const DEPOSIT = 100n * UNIT;

/** A call that the chain or its pool refused: the error's name, and what the metadata says of it. */
export class Refused extends Error {
  constructor(name, docs, outcome) {
    super(`${name}: ${docs}`);
    Object.assign(this, { name, docs, outcome });
  }
}

export class Chain {
  static async connect(node) {
    const chain = new Chain();
    chain.api = await ApiPromise.create({ provider: new WsProvider(node.endpoint) });
    const keys = new Keyring({ type: 'sr25519' });
    for (const name of ['Alice', 'Bob', 'Charlie', 'Dave']) {
      chain[name.toLowerCase()] = keys.addFromUri(`//${name}`);
    }
    chain.signer = chain.alice;
    return chain;
  }

  disconnect = () => this.api.disconnect();

  /** A key pair that nobody used before. */
  stranger = (name) => new Keyring({ type: 'sr25519' }).addFromUri(`//Stranger//${name}`);

  // -- Calls -------------------------------------------------------------------------------

  /** Sends a call and waits for its block; throws `Refused` if it failed there. */
  async submit(call, { signer = this.signer, nonce = -1 } = {}) {
    const { status, events, dispatchError } = await new Promise((done, fail) => {
      call.signAndSend(signer, { nonce }, (result) => {
        if (result.isError) fail(new Error(`The pool dropped it: ${result.status.type}`));
        if (result.isInBlock || result.isFinalized) done(result);
      }).catch(fail);
    });
    const hash = (status.isFinalized ? status.asFinalized : status.asInBlock).toHex();
    const outcome = {
      hash,
      events: events.map(({ event }) => event),
      block: await this.events(hash),
      fee: this.fee(events),
    };
    if (dispatchError) throw this.refusal(dispatchError, outcome);
    return outcome;
  }

  /** Sends a call that must be refused and returns why. */
  async refused(call, options) {
    try {
      await this.submit(call, options);
    } catch (error) {
      if (error instanceof Refused) return error;
      throw error;
    }
    return assert.fail('The chain accepted the call');
  }

  refusal(error, outcome) {
    if (!error.isModule) return new Refused(error.toString(), '', outcome);
    const { section, name, docs } = this.api.registry.findMetaError(error.asModule);
    return new Refused(`${section}.${name}`, docs.join(' '), outcome);
  }

  fee(records) {
    const paid = find(records.map(({ event }) => event), 'transactionPayment', 'TransactionFeePaid');
    return paid ? paid.actualFee.toBigInt() + paid.tip.toBigInt() : 0n;
  }

  // -- Programs ----------------------------------------------------------------------------

  /** Uploads code and makes a program of it, and waits until its `init` is done. */
  async deploy(code, { payload = '0x', value = 0n, salt = '0x', gas = GAS, deposit = DEPOSIT } = {}) {
    const call = this.api.tx.actors.uploadProgram(
      bytes(code), bytes(salt), bytes(payload), value, gas, deposit);
    const outcome = await this.submit(call);
    const { program, messageId } = find(outcome.events, 'actors', 'ProgramCreated');
    return Object.assign(outcome, { program: program.toString() }, await this.ending(messageId, outcome.hash));
  }

  /** Sends a message and waits for its reply. */
  async send(program, payload = '0x', { value = 0n, gas = GAS, deposit = DEPOSIT, ...options } = {}) {
    const call = this.message(program, payload, { value, gas, deposit });
    const outcome = await this.submit(call, options);
    const { messageId } = find(outcome.events, 'actors', 'MessageQueued');
    return Object.assign(outcome, await this.ending(messageId, outcome.hash));
  }

  message(program, payload = '0x', { value = 0n, gas = GAS, deposit = DEPOSIT } = {}) {
    return this.api.tx.actors.sendMessage(program, bytes(payload), value, gas, deposit);
  }

  /** Upgrades a program to stored code, and waits until that is done or has failed. */
  async upgrade(program, codeHash, payload = '0x', { gas = GAS, deposit = DEPOSIT, ...options } = {}) {
    const call = this.api.tx.actors.upgradeProgram(program, codeHash, bytes(payload), gas, deposit);
    const outcome = await this.submit(call, options);
    const { messageId } = find(outcome.events, 'actors', 'MessageQueued');
    return Object.assign(outcome, await this.ending(messageId, outcome.hash));
  }

  /** Stores code and returns its hash. */
  async upload(code) {
    const { events } = await this.submit(this.api.tx.actors.uploadCode(bytes(code)));
    return find(events, 'actors', 'CodeUploaded').codeHash;
  }

  /** How a message ended, looked for from this block on; `gasBurned` is that of all its turns. */
  async ending(messageId, hash, { patience = 30_000 } = {}) {
    const id = messageId.toHex();
    const until = Date.now() + patience;
    let gasBurned = 0n;
    for (let at = hash; ;) {
      const events = await this.events(at);
      for (const { data } of events.filter((event) => is(event, 'actors', 'MessageWaiting'))) {
        if (data.messageId.toHex() === id) gasBurned += data.gasBurned.toBigInt();
      }
      const processed = events.find((event) =>
        is(event, 'actors', 'MessageProcessed') && event.data.messageId.toHex() === id)?.data;
      if (processed) {
        const answer = events.find((event) => is(event, 'actors', 'UserMessage')
          && event.data.reply.isSome && event.data.reply.unwrap().to.toHex() === id)?.data;
        return {
          messageId: id,
          ended: at,
          block: events,
          gasBurned: gasBurned + processed.gasBurned.toBigInt(),
          code: processed.replyCode.type,
          payload: answer && Buffer.from(answer.payload),
          value: answer?.value.toBigInt(),
          emitted: events
            .filter((event) => is(event, 'actors', 'ProgramEvent') && event.data.messageId.toHex() === id)
            .map((event) => Buffer.from(event.data.data)),
        };
      }
      at = await this.#after(at, until, `the end of message ${id}`);
    }
  }

  async #after(hash, until, what) {
    const number = await this.number(hash);
    while (Date.now() < until) {
      const next = await this.api.rpc.chain.getBlockHash(number + 1);
      if (!next.isEmpty) return next.toHex();
      await sleep(50);
    }
    return assert.fail(`No block brought ${what}`);
  }

  // -- Letters -----------------------------------------------------------------------------

  /** The ids of what stands in a user's mailbox. */
  async mailbox(user) {
    const letters = await this.api.query.actors.mailboxes.entries(user.address);
    return letters.map(([key]) => key.args[1]);
  }

  /** A user answers a letter. */
  reply = (user, letter, payload = '0x', value = 0n) =>
    this.submit(this.api.tx.actors.sendReply(letter, bytes(payload), value, false), { signer: user });

  /** A user takes a letter's value. */
  claim = (user, letter) => this.submit(this.api.tx.actors.claimValue(letter), { signer: user });

  // -- Reads -------------------------------------------------------------------------------

  /** The hash of the last block. */
  head = async () => (await this.api.rpc.chain.getBlockHash()).toHex();

  async events(hash) {
    const at = await this.api.at(hash);
    return (await at.query.system.events()).map(({ event }) => event);
  }

  /** Waits until nothing is queued or scheduled; the events of that block and of all since. */
  async settled(hash, { patience = 60_000 } = {}) {
    const { actorsApi } = this.api.call;
    const until = Date.now() + patience;
    while ((await actorsApi.hasWork()).isTrue || (await actorsApi.hasSchedule()).isTrue) {
      assert.ok(Date.now() < until, 'It does not come to rest');
      await sleep(100);
    }
    const events = [];
    const last = await this.number(await this.head());
    for (let height = await this.number(hash); height <= last; height += 1) {
      events.push(...await this.events((await this.api.rpc.chain.getBlockHash(height)).toHex()));
    }
    return events;
  }

  async number(hash) {
    return (await this.api.rpc.chain.getHeader(hash)).number.toNumber();
  }

  /** Balance, hold by hold, at a block or now. */
  async balance(account, hash) {
    const api = hash ? await this.api.at(hash) : this.api;
    const { data } = await api.query.system.account(account);
    return { free: data.free.toBigInt(), held: data.reserved.toBigInt() };
  }

  /** What the escrow account has of purses, value on its way and fees, in planck. */
  async inEscrow() {
    const { palletId } = this.api.consts.actors;
    const account = u8aConcat('modl', palletId.toU8a(), new Uint8Array(20));
    const endowment = await this.api.query.actors.endowment();
    return (await this.balance(account)).free - endowment.toBigInt();
  }

  /**
   * What changed on accounts after the block `since`, a block's parent if it is not given, in
   * planck; and whether all money is on some account.
   */
  async changes(hash, accounts, since = undefined) {
    since ??= (await this.api.rpc.chain.getHeader(hash)).parentHash;
    const change = {};
    for (const [name, account] of Object.entries(accounts)) {
      const before = await this.balance(account, since);
      const later = await this.balance(account, hash);
      change[name] = { free: later.free - before.free, held: later.held - before.held };
    }
    const all = await (await this.api.at(hash)).query.system.account.entries();
    const sum = all.reduce((total, [, { data }]) =>
      total + data.free.toBigInt() + data.reserved.toBigInt(), 0n);
    const issuance = await this.issuance(hash);
    assert.equal(sum, issuance, 'all money is on some account');
    return { ...change, issuance: issuance - await this.issuance(since) };
  }

  async issuance(hash) {
    return (await (await this.api.at(hash)).query.balances.totalIssuance()).toBigInt();
  }

  /** What gas costs, rounded down. */
  gasCost(gas) {
    const { planck, perGas } = this.api.consts.actors.gasPrice;
    return (gas * planck.toBigInt()) / perGas.toBigInt();
  }

  /** The result of `state`. */
  async state(program, payload = '0x', hash = undefined) {
    const api = hash ? await this.api.at(hash) : this.api;
    return Buffer.from(ok(await api.call.actorsApi.readState(program, bytes(payload))));
  }

  /** The bytes of stored code as they were uploaded, or nothing. */
  wasm = (hash) => this.#ofCode('wasm', hash);

  /** What stored code says of its interface, or nothing. */
  idl = (hash) => this.#ofCode('idl', hash);

  async #ofCode(name, hash) {
    const value = await this.api.call.actorsApi[name](hash);
    return value.isSome ? Buffer.from(value.unwrap()) : undefined;
  }

  /** What a query of a program's interface answers. */
  ask = async (program, query, ...args) => query.answer(await this.state(program, query(...args)));

  /** Every storage key of a pallet and what is stored there. */
  async storage(pallet, hash) {
    hash ??= (await this.api.rpc.chain.getBlockHash()).toHex();
    const prefix = this.api.query[pallet].palletVersion.keyPrefix().slice(0, 34);
    const keys = [];
    for (;;) {
      const page = await this.api.rpc.state.getKeysPaged(prefix, 500, keys.at(-1) ?? prefix, hash);
      keys.push(...page.map((key) => key.toHex()));
      if (page.length < 500) break;
    }
    const values = await Promise.all(keys.map((key) => this.api.rpc.state.getStorage(key, hash)));
    return Object.fromEntries(keys.map((key, index) => [key, values[index].toHex()]));
  }
}

/** Bytes as calls take them: a bare buffer would be read as length-prefixed. */
export const bytes = (data) =>
  (typeof data === 'string' ? data : `0x${Buffer.from(data).toString('hex')}`);

export const is = (event, section, method) =>
  event.section === section && event.method === method;

/**
 * What the last event of that name says. The last: what the chain serves before the first
 * transaction of a block stands among that transaction's events, before its own.
 */
export const find = (events, section, method) =>
  events.findLast((event) => is(event, section, method))?.data;

/** The value of a `Result` that must be one. */
export function ok(result) {
  assert.ok(result.isOk, `Err: ${result.isErr && result.asErr.toString()}`);
  return result.asOk;
}

export const u32 = (number) => {
  const data = Buffer.alloc(4);
  data.writeUInt32LE(number);
  return data;
};
