import { runInNewContext } from 'node:vm';
import type { z } from 'zod';
import { seededRandom } from './random.ts';

/**
 * Arguments that a schema refuses, near misses above all: what the schema would take, with one thing in it broken. They
 * come as JavaScript text, since they hold what JSON has no words for (NaN, Map, Date, cycles, holes).
 */

type Random = () => number;
const pick = <Item>(random: Random, items: readonly Item[]): Item => {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
};

/** Values that programs are surprised by, as JavaScript text. */
const JUNK = [
  ...['null', 'undefined', 'NaN', 'Infinity', '-1', '-0', '1e308', '9007199254740993', '0.1', '10n', 'true', 'false'],
  ...[
    '""',
    '" "',
    '"\\u0000"',
    '"\\ud800"',
    '"../../../etc/passwd"',
    '"__proto__"',
    '"constructor"',
    '"x".repeat(70000)',
  ],
  ...[
    '"0".repeat(24)',
    '"0".repeat(23)',
    '"F".repeat(24)',
    '"file:///etc/passwd"',
    '"%2e%2e%2f"',
    '"\\u202e"',
    '"composite\\n"',
  ],
  ...[
    '[]',
    '[[]]',
    '[,1]',
    '{}',
    '{ length: 1 }',
    '{ toString: 1 }',
    '{ then: 1 }',
    'JSON.parse(\'{"__proto__":{"polluted":1}}\')',
  ],
  ...[
    'new Date(NaN)',
    'new Date(0)',
    'new Map([["a", 1]])',
    'new Set([1])',
    '/x/g',
    'new Uint8Array(9)',
    'new ArrayBuffer(4)',
    'new Error("x")',
  ],
  ...[
    '(() => { const a = {}; a.a = a; return a; })()',
    '(() => { let a = []; for (let i = 0; i < 200; i += 1) a = [a]; return a; })()',
  ],
  'Object.assign([], { kind: "template" })',
];

/** What a schema takes, as JavaScript text. Not every rule of a string is known here: near is enough. */
function sample(schema: z.core.$ZodType, random: Random): string {
  const { def } = schema._zod as unknown as { def: Definition };
  switch (def.type) {
    case 'tuple':
      return `[${def.items.map((item) => sample(item, random)).join(', ')}]`;
    case 'object':
      return `{ ${Object.entries(def.shape)
        .filter(([, field]) => !isOptional(field) || random() < 0.5)
        .map(([name, field]) => `${JSON.stringify(name)}: ${sample(field, random)}`)
        .join(', ')} }`;
    case 'union':
      return sample(pick(random, def.options), random);
    case 'array':
      return `[${Array.from({ length: Math.floor(random() * 3) }, () => sample(def.element, random)).join(', ')}]`;
    case 'record':
      return `{ ${JSON.stringify(`x-${Math.floor(random() * 9)}`)}: ${sample(def.valueType, random)} }`;
    case 'nullable':
      return random() < 0.3 ? 'null' : sample(def.innerType, random);
    case 'optional':
    case 'default':
    case 'prefault':
    case 'readonly':
      return sample(def.innerType, random);
    case 'pipe':
      return sample(def.in, random);
    case 'literal':
      return JSON.stringify(pick(random, def.values));
    case 'enum':
      return JSON.stringify(pick(random, Object.values(def.entries)));
    case 'boolean':
      return pick(random, ['true', 'false']);
    case 'number':
      return pick(random, ['0', '1', '1000', '12.5']);
    case 'string':
      return pick(random, STRINGS);
    default:
      return 'null';
  }
}

const STRINGS = [
  ...['"0123456789abcdef01234567"', '"composite"', '"9aeec8db-524d-4129-874d-7a71d340bdec"', '"classes"'],
  ...['"wss://sfu.example.net:4443/?roomId=x"', '"2026-11-22T10:00:00Z"', '"text"'],
];

type Definition =
  | { type: 'tuple'; items: z.core.$ZodType[] }
  | { type: 'object'; shape: Record<string, z.core.$ZodType> }
  | { type: 'union'; options: z.core.$ZodType[] }
  | { type: 'array'; element: z.core.$ZodType }
  | { type: 'record'; valueType: z.core.$ZodType }
  | { type: 'nullable' | 'optional' | 'default' | 'prefault' | 'readonly'; innerType: z.core.$ZodType }
  | { type: 'pipe'; in: z.core.$ZodType }
  | { type: 'literal'; values: unknown[] }
  | { type: 'enum'; entries: Record<string, string> }
  | { type: 'boolean' | 'number' | 'string' | 'null' };

const isOptional = (schema: z.core.$ZodType): boolean =>
  ['optional', 'default', 'prefault'].includes((schema._zod as unknown as { def: { type: string } }).def.type);

/** Breaks one thing in the text of a value: a whole part of it becomes junk, is dropped, or gets company. */
function broken(text: string, random: Random): string {
  const parts = [...text.matchAll(/"(?:[^"\\]|\\.)*"|\bnull\b|\btrue\b|\bfalse\b|\d+(?:\.\d+)?|\{[^{}]*\}/g)];
  const whole = random() < 0.15 || parts.length === 0;
  if (whole) {
    const extra = pick(random, JUNK);
    return random() < 0.5 ? `[${extra}]` : text.replace(/\]$/, `${text === '[]' ? '' : ', '}${extra}]`);
  }
  const part = pick(random, parts);
  const isKey = text.slice(part.index + part[0].length).startsWith(':');
  const instead = isKey ? JSON.stringify(pick(random, ['__proto__', 'constructor', 'extra', ''])) : pick(random, JUNK);
  return text.slice(0, part.index) + instead + text.slice(part.index + part[0].length);
}

/** `count` argument lists that `schema` refuses, as JavaScript text; the same ones for the same seed. */
export function malformedArguments(schema: z.ZodType, count: number, seed: number): string[] {
  const random = seededRandom(seed);
  const texts: string[] = [];
  while (texts.length < count) {
    const text = broken(sample(schema, random), random);
    const value: unknown = runInNewContext(`(${text})`);
    if (!schema.safeParse(inThisRealm(value)).success) texts.push(text);
  }
  return texts;
}

/** Arrays of another context are arrays to zod all the same; plain objects are told by their prototype. */
const inThisRealm = (value: unknown): unknown => {
  try {
    return structuredClone(value);
  } catch {
    return value;
  }
};
