// A fault: a defect that somebody could really make, where it would be, and the tests that must see it.

import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** What is wrong with a fault itself, which then proves nothing. */
export class Unusable extends Error {}

/** A test by its package, the test target that has it (none: the library's own), and its path. */
export class Test {
  constructor(line) {
    const words = line.split(/\s+/);
    if (words.length < 2 || words.length > 3) {
      throw new Unusable(`\`test: ${line}\` is not a package, perhaps a test target, and a test`);
    }
    this.package = words[0];
    this.target = words.length === 3 ? words[1] : null;
    this.path = words.at(-1);
  }

  get name() {
    return this.path.split('::').at(-1);
  }

  /** The last two words of the path that say something. */
  get short() {
    const rooms = this.path.split('::').filter((room) => room !== 'native');
    return rooms.slice(-2).join('::');
  }

  /** What is built to run it. */
  get suite() {
    return `${this.package} ${this.target ?? ''}`.trim();
  }
}

/** One text of a file, and what takes its place: whole lines. */
class Change {
  constructor(file, from, to) {
    Object.assign(this, { file, from, to });
  }

  apply(content) {
    // At the beginning of a line: what is replaced are whole lines.
    const at = (start) => `\n${content}`.indexOf(`\n${this.from}`, start);
    const first = at(0);
    if (first < 0) throw new Unusable(`${this.file} no longer says:\n${this.from}`);
    if (at(first + 1) >= 0) throw new Unusable(`${this.file} says more than once:\n${this.from}`);
    return content.slice(0, first) + this.to + content.slice(first + this.from.length);
  }
}

const REPLACE = '--- replace';
const WITH = '--- with';
const END = '--- end';

export class Fault {
  constructor(name, text) {
    this.name = name;
    this.tests = [];
    this.programs = [];
    this.changes = [];
    const [sentence, ...lines] = text.split('\n');
    this.sentence = sentence.trim();
    if (!/^[A-Z`].*\.$/.test(this.sentence)) {
      throw new Unusable('the first line is no sentence that says what is broken');
    }
    let file = null;
    const until = (mark) => {
      const end = lines.indexOf(mark);
      if (end < 0) throw new Unusable(`\`${mark}\` is missing`);
      return lines.splice(0, end + 1).slice(0, end).map((line) => `${line}\n`).join('');
    };
    while (lines.length > 0) {
      const line = lines.shift();
      const [, key, value] = line.match(/^(test|program|file): (\S.*)$/) ?? [];
      if (key === 'test') {
        this.tests.push(new Test(value));
      } else if (key === 'program') {
        this.programs.push(value);
      } else if (key === 'file') {
        file = value;
      } else if (line === REPLACE && file) {
        const from = until(WITH);
        const to = until(END);
        if (from === '' || from === to) throw new Unusable('a replacement changes nothing');
        this.changes.push(new Change(file, from, to));
      } else if (line !== '') {
        throw new Unusable(`\`${line}\` is neither \`test:\`, \`program:\`, \`file:\` nor a replacement`);
      }
    }
    if (this.tests.length === 0) throw new Unusable('no test is named');
    if (this.changes.length === 0) throw new Unusable('nothing is replaced');
  }

  /** The contents of the files that it changes, `read` being those without it. */
  applied(read) {
    const files = new Map();
    for (const change of this.changes) {
      const content = files.get(change.file) ?? read(change.file);
      if (content === null) throw new Unusable(`there is no ${change.file}`);
      files.set(change.file, change.apply(content));
    }
    return files;
  }
}

/** All faults of a folder, those that cannot be read as errors by name. */
export function readFaults(folder) {
  const faults = [];
  const errors = [];
  for (const file of readdirSync(folder).filter((file) => file.endsWith('.fault')).sort()) {
    const name = path.basename(file, '.fault');
    try {
      faults.push(new Fault(name, readFileSync(path.join(folder, file), 'utf8')));
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      errors.push([name, error.message]);
    }
  }
  return { faults, errors };
}
