// The repository's files, and the copy of them that is broken.

import { execFileSync } from 'node:child_process';
import {
  copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync,
} from 'node:fs';
import path from 'node:path';

/** What git knows of, as it is in the working tree, and what it would know of next. */
export class Repository {
  constructor(root) {
    this.root = root;
    const listed = execFileSync(
      'git',
      ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
      { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 },
    );
    const isFile = (file) => existsSync(path.join(root, file)) && statSync(path.join(root, file)).isFile();
    this.files = [...new Set(listed.split('\0'))].filter((file) => file && isFile(file));
  }

  read = (file) => {
    const full = path.join(this.root, file);
    return existsSync(full) ? readFileSync(full, 'utf8') : null;
  };

  /** The folder of each package, by its name. */
  get packages() {
    const folders = new Map();
    for (const file of this.files.filter((file) => path.basename(file) === 'Cargo.toml')) {
      const [, name] = this.read(file).match(/^\[package\]\nname = "([^"]+)"/m) ?? [];
      if (name) folders.set(name, path.dirname(file));
    }
    return folders;
  }
}

/**
 * A copy, of which only what differs is ever written: cargo goes by the time of files, so what was
 * built of the rest stays built, and what is restored is built again.
 */
export class Copy {
  constructor(repository, root) {
    this.repository = repository;
    this.root = root;
  }

  /** Makes it like the repository, whatever the last run has left of it. */
  sync() {
    mkdirSync(this.root, { recursive: true });
    const wanted = new Set(this.repository.files);
    for (const entry of readdirSync(this.root, { recursive: true, withFileTypes: true })) {
      const file = path.relative(this.root, path.join(entry.parentPath ?? entry.path, entry.name));
      if (!entry.isDirectory() && !wanted.has(file)) rmSync(path.join(this.root, file));
    }
    for (const file of wanted) {
      const from = path.join(this.repository.root, file);
      const to = path.join(this.root, file);
      if (existsSync(to) && readFileSync(to).equals(readFileSync(from))) continue;
      mkdirSync(path.dirname(to), { recursive: true });
      copyFileSync(from, to);
    }
  }

  /** From the copy: what is edited meanwhile does not mix with what was built. */
  read = (file) => {
    const full = path.join(this.root, file);
    return existsSync(full) ? readFileSync(full, 'utf8') : null;
  };

  /** Runs `body` on the copy with these contents in it, and restores what they replace. */
  async with(files, body) {
    const before = new Map([...files.keys()].map((file) => [file, this.read(file)]));
    const write = ([file, content]) => writeFileSync(path.join(this.root, file), content);
    try {
      [...files].forEach(write);
      return await body();
    } finally {
      [...before].forEach(write);
    }
  }
}
