// The interface of a program, as docs/idl.md has it, read with nothing but @polkadot/types: what can
// be sent to it and what it says, by name. The tests know no type of a program from elsewhere.

import assert from 'node:assert/strict';
import { PortableRegistry, TypeRegistry } from '@polkadot/types';

import { bytes } from './chain.js';
import { program } from './programs.js';

const NAME = 'actors:idl';
const FORMAT = 1;

/** The types of a program: it has no `Call` and no `Event` of a chain, for which the library would look. */
class Types extends PortableRegistry {
  constructor(registry, value) {
    super(registry, value, true);
  }
}

const STRUCTS = {
  Types,
  Idl: {
    name: 'Text',
    version: 'Text',
    docs: 'Vec<Text>',
    types: 'Types',
    constructors: 'Vec<IdlCall>',
    methods: 'Vec<IdlCall>',
    queries: 'Vec<IdlCall>',
    migrations: 'Vec<IdlMigration>',
    events: 'Option<u32>',
    stateVersion: 'Option<u16>',
  },
  IdlCall: {
    name: 'Text',
    route: 'u8',
    docs: 'Vec<Text>',
    args: 'Vec<IdlArg>',
    payable: 'bool',
    isAsync: 'bool',
    returns: 'u32',
    error: 'Option<u32>',
  },
  IdlArg: { name: 'Text', ty: 'u32' },
  IdlMigration: { from: 'u16', docs: 'Vec<Text>', args: 'Vec<IdlArg>', error: 'Option<u32>' },
};

/** Where the custom sections of a module are: of each its name, and where it and its content begin and end. */
export function* customSections(wasm) {
  for (let at = 8; at < wasm.length;) {
    const start = at;
    const id = wasm[at];
    const [length, body] = leb(wasm, at + 1);
    at = body + length;
    if (id !== 0) continue;
    const [named, name] = leb(wasm, body);
    const content = name + named;
    yield { name: wasm.subarray(name, content).toString(), start, content, end: at };
  }
}

function leb(data, at) {
  let number = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = data[at];
    at += 1;
    number += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [number, at];
  }
}

/** What the section of a blob says, or nothing. */
export function sectionOf(wasm) {
  const found = [...customSections(wasm)].find(({ name }) => name === NAME);
  return found && wasm.subarray(found.content, found.end);
}

/**
 * An interface. `constructors`, `methods`, `queries` and, by the version from which they go, `migrations`
 * are functions that make payloads: `idl.methods.add(5)`. What comes back is read by their own
 * `answer` and `refusal`; and an event by `idl.event`.
 */
export class Idl {
  #registry = new TypeRegistry();
  #events;

  constructor(section) {
    assert.equal(section[0], FORMAT, 'the version of the format');
    this.#registry.register(STRUCTS);
    const { types, ...told } = fields(this.#decode('Idl', section.subarray(1)));
    this.#registry.setLookup(types);
    this.name = told.name.toString();
    this.version = told.version.toString();
    this.docs = told.docs.map(String);
    for (const kind of ['constructors', 'methods', 'queries']) {
      this[kind] = Object.fromEntries(told[kind].map((call) => [call.name.toString(), this.#call(call)]));
    }
    this.migrations = Object.fromEntries(told.migrations.map((call) => [call.from.toNumber(), this.#call(call)]));
    this.stateVersion = told.stateVersion.unwrapOr(undefined)?.toNumber();
    this.#events = told.events;
  }

  /** What the bytes of a `ProgramEvent` say. */
  event = (data) => this.#decode(lookup(this.#events.unwrap()), data);

  #call({ route, docs, args, payable, isAsync, returns, error }) {
    const names = args.map(({ name }) => name.toString());
    const payload = (...values) => {
      assert.equal(values.length, args.length, `arguments: ${names}`);
      const argument = (value, index) =>
        this.#registry.createType(lookup(args[index].ty), value instanceof Uint8Array ? bytes(value) : value);
      return Buffer.concat([
        Buffer.from(route ? [route.toNumber()] : []),
        ...values.map((value, index) => argument(value, index).toU8a()),
      ]);
    };
    return Object.assign(payload, {
      route: route?.toNumber(),
      docs: docs.map(String),
      args: names,
      payable: payable?.isTrue ?? false,
      isAsync: isAsync?.isTrue ?? false,
      /** What a reply with the code `Replied` says, or what a query does. */
      answer: (data) => this.#decode(returns ? lookup(returns) : 'Null', data),
      /** What a reply with the code `Reverted` says. */
      refusal: (data) => this.#decode(refusalOf(error), data),
    });
  }

  /** All of the bytes, and in no other spelling. */
  #decode(type, data) {
    const value = this.#registry.createType(type, Uint8Array.from(data));
    assert.deepEqual(Buffer.from(value.toU8a()), Buffer.from(data), `${value} is all that it says`);
    return value;
  }
}

const lookup = (id) => `Lookup${id}`;
const fields = (struct) => Object.fromEntries(struct.entries());

/** What a call with that error is refused with. */
const refusalOf = (error) => JSON.stringify({
  _enum: {
    Program: error.isSome ? lookup(error.unwrap()) : 'Null',
    UnknownRoute: { route: 'u8' },
    NoRoute: 'Null',
    Arguments: { argument: 'u8' },
    TrailingBytes: { bytes: 'u32' },
    NotPayable: 'Null',
    StateVersion: { found: 'Option<u16>' },
  },
});

/** The interface of a built example program. */
export const idl = (name) => new Idl(sectionOf(program(name)));
