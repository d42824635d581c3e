// Runs before the tests: what they need must be built.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { binary } from './node.js';
import { folder } from './programs.js';

const needed = [
  [binary, '.ci/test build', 'ACTORS_NODE'],
  ...[
    'counter', 'deeds', 'escrow', 'factory', 'hash-chain', 'ledger', 'oracle', 'oracle-2', 'ping', 'raw-ping',
    'sdk-calls', 'vault', 'vote',
  ].map((name) =>
    [join(folder, `${name}.wasm`), '.ci/programs', 'ACTORS_PROGRAMS']),
];
for (const [path, command, variable] of needed) {
  if (existsSync(path)) continue;
  console.error(`No ${path}\n  Build it with \`${command}\`, or say where it is with ${variable}.`);
  process.exitCode = 1;
}
