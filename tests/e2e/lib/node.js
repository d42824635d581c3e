// A real node in a process of its own, on free ports, with its data in a folder of its own.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** The repository. */
export const root = resolve(import.meta.dirname, '../../..');

/** Where cargo and make put what they build. */
export const targetDir = resolve(root, process.env.CARGO_TARGET_DIR ?? 'target');

/** The node that is tested. */
export const binary = resolve(process.env.ACTORS_NODE ?? join(targetDir, 'debug/actors-node'));

const nodes = new Set();
process.on('exit', () => {
  for (const node of nodes) node.slay();
  for (const node of nodes) {
    try {
      node.vanish();
    } catch { /* Its folder outlives it; the next node must not. */ }
  }
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => process.exit(1));
}

export class Node {
  #child;
  #log = [];

  /** Starts a node with these arguments; `node.endpoint` answers when this returns. */
  static async start(...args) {
    const node = new Node();
    node.args = args;
    node.basePath = mkdtempSync(join(tmpdir(), 'actors-e2e-'));
    nodes.add(node);
    [node.rpcPort, node.p2pPort] = await freePorts(2);
    try {
      await node.start();
    } catch (error) {
      await node.stop();
      throw error;
    }
    return node;
  }

  get endpoint() {
    return `ws://127.0.0.1:${this.rpcPort}`;
  }

  /** Starts the process, again if it was killed, and waits until it answers. */
  async start() {
    const child = spawn(binary, [
      ...this.args,
      '--base-path', this.basePath,
      '--rpc-port', this.rpcPort,
      '--port', this.p2pPort,
      '--no-prometheus', '--no-telemetry', '--no-mdns',
    ], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    child.exited = new Promise((done) => {
      child.once('close', (code, signal) => done(this.#log.push(`(it ended: ${signal ?? code})`)));
      child.once('error', (error) => done(this.#log.push(String(error))));
    });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => line && this.#log.push(line));
    }
    await this.#answers();
  }

  /** Ends the process at once, as a power cut would. */
  async kill() {
    this.#child?.kill('SIGKILL');
    await this.#child?.exited;
  }

  /** Asks the process to end, and removes its data. */
  async stop() {
    this.#child?.kill('SIGTERM');
    await Promise.race([this.#child?.exited, sleep(10_000, undefined, { ref: false })]);
    await this.kill();
    this.vanish();
  }

  /** Ends the process, without waiting for it. */
  slay() {
    this.#child?.kill('SIGKILL');
  }

  /** Ends the process and removes its data, at once. */
  vanish() {
    this.slay();
    rmSync(this.basePath, { recursive: true, force: true, maxRetries: 3 });
    nodes.delete(this);
  }

  /** What the node printed that no node should. */
  get complaints() {
    // Runtime calls answer arguments that do not decode by a panic, in every node.
    return this.#log.filter((line, index) => /panicked|defensive|corrupt/i.test(line)
      && !/^Bad input data provided/.test(this.#log[index + 1]));
  }

  /** For `afterEach`: shows the end of the log if the test failed. */
  explain = (test) => {
    if (test.error) test.diagnostic(`Last lines of the node:\n${this.#log.slice(-20).join('\n')}`);
  };

  async #answers() {
    const child = this.#child;
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'system_health', params: [] });
    const headers = { 'content-type': 'application/json' };
    // A busy machine may take minutes to translate the runtime.
    for (let tries = 0; tries < 2_400; tries += 1) {
      const url = `http://127.0.0.1:${this.rpcPort}`;
      const response = await fetch(url, { method: 'POST', body, headers }).catch(() => undefined);
      if (response?.ok) return;
      if (child.exitCode !== null || child.signalCode) break;
      await sleep(100);
    }
    throw new Error(`The node does not answer. Its last lines:\n${this.#log.slice(-30).join('\n')}`);
  }
}

async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => done(server));
  })));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}
