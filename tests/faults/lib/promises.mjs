// The tests that docs/protocol.md names for what it promises.

/** The marks behind a test's name, and the packages that they stand for. */
const MARKS = new Map([['', 'pallet-actors'], ['ᴱ', 'actors-executor']]);

const NAME = /`([a-z0-9]+(?:_[a-z0-9]+)+)`(ᴱ?)/g;

/**
 * The named tests, as package and name. In the column `tests` of a table every name is one; in the
 * text, what `isTest` says is one.
 */
export function promised(text, isTest) {
  const named = new Map();
  const add = (part, isAlways) => {
    for (const [, name, mark] of part.matchAll(NAME)) {
      const test = { package: MARKS.get(mark), name };
      if (isAlways || isTest(test)) named.set(`${test.package} ${name}`, test);
    }
  };
  let isPromises = false;
  for (const line of text.split('\n')) {
    if (!line.startsWith('|')) {
      isPromises = false;
      add(line, false);
      continue;
    }
    const cells = line.split('|').map((cell) => cell.trim());
    if (cells.at(-2) === 'tests') isPromises = true;
    add(isPromises ? cells.at(-2) : line, isPromises);
  }
  return [...named.values()];
}
