// Breaks the code on purpose, one fault at a time, and sees that the tests which each one names fail.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { Unusable, readFaults } from './lib/fault.mjs';
import { promised } from './lib/promises.mjs';
import { NotBuilt, Suite } from './lib/suite.mjs';
import { bold, clock, doing, good, green, indented, passing, red, wrong } from './lib/talk.mjs';
import { Copy, Repository } from './lib/tree.mjs';

const USAGE = `.ci/faults [--check | --list] [NAME...]

Breaks a copy of the code, one committed fault at a time (tests/faults/*.fault), and runs the tests that
the fault names: each must fail. All faults, or those named.

  --check  only see that each fault still applies and names tests that exist, and that each test
           which docs/protocol.md names has one; builds nothing
  --list   only list the faults
  --help   this

Exit code 1: a fault survived, or proves nothing; 2: wrong arguments.`;

const folder = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(folder, '../..');

function usage(error) {
  console.error(error ? `${error}\n\n${USAGE}` : USAGE);
  process.exit(2);
}

let options;
try {
  options = parseArgs({
    allowPositionals: true,
    options: {
      check: { type: 'boolean' },
      list: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
} catch (error) {
  usage(error.message);
}
if (options.values.help) {
  console.log(USAGE);
  process.exit();
}

const { faults, errors } = readFaults(folder);
const names = new Set(options.positionals.map((name) => path.basename(name, '.fault')));
for (const name of names) {
  const isKnown = faults.some((fault) => fault.name === name) || errors.some(([known]) => known === name);
  if (!isKnown) usage(`There is no fault \`${name}\`: .ci/faults --list`);
}
const isWanted = (name) => names.size === 0 || names.has(name);
const wanted = faults.filter((fault) => isWanted(fault.name));

if (options.values.list) {
  const width = Math.max(...wanted.map((fault) => fault.name.length));
  for (const fault of wanted) console.log(`${fault.name.padEnd(width)}  ${fault.sentence}`);
  process.exit();
}

const repository = new Repository(root);
const sound = check();
if (options.values.check) {
  if (sound) good(`${wanted.length} faults apply, and each test of docs/protocol.md has one`);
  process.exit(sound ? 0 : 1);
}
process.exit(sound && await breakAll() ? 0 : 1);

/** Whether all faults apply, name tests that exist, and cover what docs/protocol.md names. */
function check() {
  const problems = errors.filter(([name]) => isWanted(name));
  const sources = new Map();
  for (const [name, at] of repository.packages) {
    const inside = repository.files.filter((file) => file.startsWith(`${at}/`) && file.endsWith('.rs'));
    sources.set(name, inside.map(repository.read));
  }
  const has = ({ package: name, name: test }) => (sources.get(name) ?? [])
    .some((text) => isTest(text, test));
  for (const fault of wanted) {
    try {
      fault.applied(repository.read);
      for (const test of fault.tests.filter((test) => !has(test))) {
        throw new Unusable(`${test.package} has no test \`${test.path}\``);
      }
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      problems.push([fault.name, error.message]);
    }
  }
  if (names.size === 0) {
    const isCaught = (test) => faults.some((fault) => fault.tests
      .some((other) => other.package === test.package && other.name === test.name));
    const text = readFileSync(path.join(root, 'docs/protocol.md'), 'utf8');
    for (const test of promised(text, has)) {
      const named = `\`${test.name}\` of ${test.package}`;
      if (!has(test)) problems.push(['docs/protocol.md', `names ${named}, and there is no such test`]);
      if (!isCaught(test)) problems.push(['docs/protocol.md', `names ${named}, and no fault makes it fail`]);
    }
  }
  for (const [name, message] of problems) wrong(`${name}: ${message.trimEnd().replaceAll('\n', '\n      ')}`);
  return problems.length === 0;
}

/** Whether a source has a test of that name, or a case of the pallet's `cases!`. */
function isTest(text, name) {
  const marked = new RegExp(`#\\[test\\]\\s+(?:#\\[[^\\]]*\\]\\s+)*fn ${name}\\(`);
  return marked.test(text)
    || (/^cases!\[/m.test(text) && new RegExp(`^    ${name},$`, 'm').test(text));
}

/** Runs the named tests as they are, and then with each fault; whether every fault was caught. */
async function breakAll() {
  const started = Date.now();
  const target = process.env.CARGO_TARGET_DIR ?? path.join(root, 'target');
  const copy = new Copy(repository, path.join(target, 'faults'));
  doing(`Copying the repository to ${copy.root}`);
  copy.sync();

  doing('Running the tests that the faults name, on the code as it is');
  const unsound = await failUnbroken(copy, wanted);
  if (!unsound) return false;

  const width = Math.max(...wanted.map((fault) => fault.name.length));
  console.log(`\n${bold(`        ${'fault'.padEnd(width)}  time  caught by`)}`);
  const tally = { caught: 0, survived: 0, unusable: 0 };
  // What builds the same is done in a row: a change to the executor builds the pallet anew.
  const key = (fault) => `${fault.tests[0].suite} ${fault.changes[0].file}`;
  const order = [...wanted].sort((a, b) => key(a).localeCompare(key(b)));
  for (const [index, fault] of order.entries()) {
    passing(`${index + 1} of ${order.length}: ${fault.name}`);
    const since = Date.now();
    const failing = fault.tests.find((test) => unsound.has(`${test.suite} ${test.path}`));
    const { outcome, told, detail } = failing
      ? { outcome: 'unusable', told: `nothing: ${failing.short} fails without it` }
      : await breakWith(fault, copy);
    tally[outcome] += 1;
    const mark = outcome === 'caught' ? green('  ok') : red('fail');
    console.log(`${mark}    ${fault.name.padEnd(width)}  ${clock((Date.now() - since) / 1000)}  ${told}`);
    if (detail) console.log(indented(detail));
  }
  const spent = clock((Date.now() - started) / 1000);
  const said = `${order.length} faults in ${spent}: ${tally.caught} caught, ${tally.survived} survived, `
    + `${tally.unusable} prove nothing`;
  const isGood = tally.caught === order.length;
  console.log('');
  (isGood ? good : wrong)(said);
  return isGood;
}

/** Tests of faults by what has to be built to run them. */
function suites(copy, faults) {
  const all = new Map();
  for (const { tests, programs } of faults) {
    for (const test of tests) {
      if (!all.has(test.suite)) {
        all.set(test.suite, { suite: new Suite(copy, test), paths: new Set(), programs: new Set() });
      }
      const { paths, programs: built } = all.get(test.suite);
      paths.add(test.path);
      programs.forEach((program) => built.add(program));
    }
  }
  return [...all.values()].map(({ suite, paths, programs }) => ({ suite, paths: [...paths], programs: [...programs] }));
}

/** The tests that fail or are not there, without any fault; nothing if one cannot be built. */
async function failUnbroken(copy, faults) {
  const unsound = new Set();
  for (const { suite, paths, programs } of suites(copy, faults)) {
    passing(`building the tests of ${suite.package}`);
    try {
      await suite.build(programs);
    } catch (error) {
      if (!(error instanceof NotBuilt)) throw error;
      wrong(`The tests of ${suite.package} do not build`);
      console.log(indented(error.message));
      return null;
    }
    passing(`running ${paths.length} tests of ${suite.package}`);
    const known = await suite.list();
    const { results, output, end } = await suite.run(paths);
    const failed = paths.filter((test) => results.get(test) !== 'ok');
    for (const test of failed) {
      wrong(known.has(test) ? `${test} fails without any fault` : `${suite.package} has no test ${test}`);
      unsound.add(`${suite.name} ${test}`);
    }
    if (failed.some((test) => known.has(test))) console.log(indented(`${output}\n${end}`));
    if (failed.length === 0) good(`${paths.length} tests of ${suite.package} pass`);
  }
  return unsound;
}

/** What became of one fault. */
async function breakWith(fault, copy) {
  return copy.with(fault.applied(copy.read), async () => {
    const missed = [];
    for (const { suite, paths, programs } of suites(copy, [fault])) {
      try {
        await suite.build(programs);
      } catch (error) {
        if (!(error instanceof NotBuilt)) throw error;
        return { outcome: 'unusable', told: 'nothing: it does not compile', detail: error.message };
      }
      const { results, output, end } = await suite.run(paths);
      if (paths.some((test) => !results.has(test))) {
        return { outcome: 'unusable', told: `nothing: the tests did not end (${end})`, detail: output };
      }
      missed.push(...paths.filter((test) => results.get(test) === 'ok'));
    }
    const caught = fault.tests.filter((test) => !missed.includes(test.path));
    const told = caught.map((test) => test.short).join(', ');
    if (missed.length === 0) return { outcome: 'caught', told };
    const detail = `${fault.sentence}\nIt passes: ${missed.join(', ')}`;
    return { outcome: 'survived', told: told || red('nothing'), detail };
  });
}
