// The programs that tests run: built ones from disk, small ones from text.

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import wabt from 'wabt';

import { targetDir } from './node.js';

/** Where the built programs are. */
export const folder = resolve(process.env.ACTORS_PROGRAMS ?? join(targetDir, 'programs'));

/** The bytes of a built example program. */
export const program = (name) => readFileSync(join(folder, `${name}.wasm`));

const { parseWat } = await wabt();

/** The bytes of a module written as text, with the names of its functions. */
export function wat(text) {
  const module = parseWat('test.wat', text);
  try {
    return Buffer.from(module.toBinary({ write_debug_names: true }).buffer);
  } finally {
    module.destroy();
  }
}

/** A program whose `handle` has this body. */
export const handling = (body, imports = '') => wat(`
  (module
    ${imports}
    (memory (export "memory") 1)
    (func $handle (export "handle") ${body}))`);

/** A number as WebAssembly writes it. */
export const leb = (number) =>
  (number < 128 ? [number] : [(number % 128) + 128, ...leb(Math.floor(number / 128))]);

/** A module with one type, one function, one memory and these bytes as the body of `handle`. */
export function rawHandling(body) {
  const section = (id, content) => [id, ...leb(content.length), ...content];
  const name = (text) => [text.length, ...Buffer.from(text)];
  return Buffer.from([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [1, 0x60, 0, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...name('memory'), 2, 0, ...name('handle'), 0, 0]),
    ...section(10, [1, ...leb(body.length), ...body]),
  ]);
}
