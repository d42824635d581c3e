// What cargo reports about the workspace.

import { execFileSync } from 'node:child_process';

export class Cargo {
  constructor(root, isLocked) {
    this.root = root;
    this.locked = isLocked ? ['--locked'] : [];
  }

  run(...args) {
    return execFileSync('cargo', [...args, ...this.locked], {
      cwd: this.root,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  metadata() {
    return JSON.parse(this.run('metadata', '--format-version', '1'));
  }

  /** All crates that the tests of these packages are built from, with their features: a line each. */
  built(...packages) {
    const edges = ['--edges', 'normal,build,dev', '--prefix', 'none', '--format', '{p}|{f}'];
    const lines = this.run('tree', ...edges, ...packages).split('\n');
    return new Set(lines.map((line) => line.replace(/ \(\*\)$/, '')).filter(Boolean));
  }
}
