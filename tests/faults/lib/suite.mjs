// Building tests and running some of them.

import { spawn } from 'node:child_process';
import path from 'node:path';

/** Longer than any test takes, for a fault that makes one run for ever. */
const MOST_SECONDS = 600;
/** How what takes longer is ended. */
const STOPPED = 'SIGKILL';

/** A build that failed: with a fault, that it is no fault of a program that compiles. */
export class NotBuilt extends Error {}

function run(command, args, options) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const out = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8');
      child[name].on('data', (text) => {
        out[name] += text;
      });
    }
    child.on('error', fail);
    child.on('close', (code, signal) => done({ ...out, code, signal }));
  });
}

/** What cargo tells the programs that it runs of the compiler: some tests compile elsewhere. */
async function toolchain(root) {
  try {
    const { stdout, code } = await run('rustup', ['show', 'active-toolchain'], { cwd: root });
    return code === 0 ? { RUSTUP_TOOLCHAIN: stdout.split(' ')[0].trim() } : {};
  } catch {
    // Compilers that rustup has not installed are the same everywhere.
    return {};
  }
}

/** Runs cargo; what it built that can be run. */
async function cargo(root, args) {
  const built = await run('cargo', [...args, '--locked', '--message-format', 'json-render-diagnostics'], {
    cwd: root,
    // A fault changes a line or two.
    env: { ...process.env, CARGO_INCREMENTAL: '1', CARGO_TERM_COLOR: 'never' },
  });
  if (built.code !== 0) throw new NotBuilt(built.stderr);
  const artifacts = built.stdout.split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  // A test of a package with a program comes with that program.
  const isTest = args[0] === 'test';
  const fits = ({ executable, profile }) => executable && profile.test === isTest;
  const binary = artifacts.filter(fits).at(-1)?.executable;
  if (!binary) throw new NotBuilt(`cargo built nothing by ${args.join(' ')}`);
  return binary;
}

/** The tests of one target of one package, in a copy of the repository. */
export class Suite {
  constructor(copy, test) {
    const { root, repository: { packages } } = copy;
    Object.assign(this, { root, packages, name: test.suite, package: test.package, target: test.target });
  }

  /** Builds it, and the programs that its tests run. */
  async build(programs) {
    const target = this.target ? ['--test', this.target] : ['--lib'];
    // By its folder: not all packages are in one workspace.
    const manifest = path.join(this.packages.get(this.package), 'Cargo.toml');
    this.toolchain ??= await toolchain(this.root);
    this.binary = await cargo(this.root, ['test', '--no-run', '--manifest-path', manifest, ...target]);
    this.programs = programs.length > 0 ? path.join(path.dirname(this.root), 'faults-programs') : null;
    for (const program of programs) {
      const folder = this.packages.get(program);
      if (!folder) throw new NotBuilt(`there is no program ${program}`);
      this.builder ??= await cargo(this.root, ['build', '--package', 'actors-build', '--bin', 'actors-build']);
      const args = ['--locked', '--out', this.programs, folder];
      const built = await run(this.builder, args, { cwd: this.root });
      if (built.code !== 0) throw new NotBuilt(built.stderr);
    }
  }

  /** The paths of all its tests. */
  async list() {
    const { stdout } = await this.execute(['--list']);
    return new Set([...stdout.matchAll(/^(.+): test$/gm)].map(([, name]) => name));
  }

  /** Runs these tests; what became of each, by path: 'ok', 'FAILED', or nothing if it does not end. */
  async run(paths) {
    const { stdout, stderr, signal, code } = await this.execute(['--exact', ...paths]);
    const results = new Map();
    for (const [, name, result] of stdout.matchAll(/^test (\S+)(?: - should panic)? \.\.\. (ok|FAILED)/gm)) {
      results.set(name, result);
    }
    const open = paths.filter((test) => !results.has(test));
    if (signal && signal !== STOPPED) {
      // One of them has brought all down. Alone it is known which, and has failed by that.
      for (const test of open) {
        results.set(test, paths.length === 1 ? 'FAILED' : (await this.run([test])).results.get(test));
      }
    }
    // What passed has nothing to say.
    const said = stdout.slice(Math.max(0, stdout.indexOf('\nfailures:')));
    return { results, output: `${said}${stderr}`, end: signal ?? `exit code ${code}` };
  }

  execute(args) {
    // As cargo does.
    const folder = path.resolve(this.root, this.packages.get(this.package));
    return run(this.binary, args, {
      cwd: folder,
      timeout: MOST_SECONDS * 1000,
      killSignal: STOPPED,
      // The same random cases in each run, nothing kept of them, and no time spent on a smaller one.
      env: {
        ...process.env,
        ...(this.programs && { ACTORS_PROGRAMS: this.programs }),
        // Not above the copy: what tests compile names files by where they are in the target directory.
        CARGO_TARGET_DIR: path.join(path.dirname(this.root), 'faults-tests'),
        ...this.toolchain,
        CARGO_MANIFEST_DIR: folder,
        PROPTEST_RNG_SEED: '1',
        PROPTEST_DISABLE_FAILURE_PERSISTENCE: 'true',
        PROPTEST_MAX_SHRINK_TIME: '1',
        RUST_BACKTRACE: '0',
      },
    });
  }
}
