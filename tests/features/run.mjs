// Writes tests/features/Cargo.toml, or checks that it and the crates that use it are up to date.

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { good, wrong } from '../faults/lib/talk.mjs';
import { differences } from './lib/alone.mjs';
import { Cargo } from './lib/cargo.mjs';
import { HEAD, manifest } from './lib/manifest.mjs';

const USAGE = `.ci/features [--check]

Writes tests/features/Cargo.toml, the union of the features that the workspace requests of third-party
crates. Every crate of the workspace has it as a dev-dependency, so that \`cargo test -p CRATE\` reuses
what was built for the workspace.

  --check  only check that the file is up to date, and that no crate tested alone would rebuild its
           dependencies; builds nothing
  --help   this

Exit code 1: something is out of date; 2: wrong arguments.`;

const folder = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(folder, '../..');
const file = path.join(folder, 'Cargo.toml');
const workspace = readFileSync(path.join(root, 'Cargo.toml'), 'utf8');

let options;
try {
  options = parseArgs({ options: { check: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } }).values;
} catch (error) {
  console.error(`${error.message}\n\n${USAGE}`);
  process.exit(2);
}
if (options.help) {
  console.log(USAGE);
  process.exit();
}

const cargo = new Cargo(root, options.check);
try {
  if (!options.check) write();
  process.exit(check() ? 0 : 1);
} catch (error) {
  wrong(options.check ? `${error.message}. Mend it with: .ci/features` : error.message);
  process.exit(1);
}

/** Starts from a manifest without dependencies: the old one may inherit what no longer exists. */
function write() {
  const before = readFileSync(file, 'utf8');
  let after = before;
  try {
    writeFileSync(file, HEAD);
    after = manifest(cargo.metadata(), workspace);
  } finally {
    writeFileSync(file, after);
  }
  // Cargo.lock follows.
  cargo.metadata();
  good(`tests/features/Cargo.toml is ${after === before ? 'as it was' : 'written anew'}`);
}

function check() {
  const metadata = cargo.metadata();
  if (manifest(metadata, workspace) !== readFileSync(file, 'utf8')) {
    wrong('tests/features/Cargo.toml is out of date. Mend it with: .ci/features');
    return false;
  }
  const different = differences(cargo, metadata);
  for (const { manifest: where, needs } of different) {
    const lines = needs.map((line) => `          ${line}`).join('\n');
    wrong(`${where}: testing it alone would rebuild dependencies. Add to its [dev-dependencies]:\n${lines}`);
  }
  if (different.length === 0) good('Testing any crate alone reuses the workspace build');
  return different.length === 0;
}
