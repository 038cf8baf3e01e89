import * as z from 'zod/mini';
import { addressProblem, familyOf, interfaceProblem, networkProblem, unicastProblem } from '../model/cidr.ts';
import { macProblem } from '../model/mac.ts';
import { deviceNameProblem, labelProblem } from '../model/names.ts';

/**
 * The words of which lab files are made, as zod schemas. An `error` here is what was expected, as it continues the sentence
 * `found ...; expected`; a `Problem` function adds why a text is not that. The same phrases explain an input in the JSON Schema.
 */
type ProblemOf = (text: string) => string | undefined;

/** Text that `problemOf` finds nothing wrong with; `pattern` is a rougher form of that for editors. */
export function text(
  expected: string,
  problemOf: ProblemOf = lineProblem,
  pattern?: RegExp,
): z.ZodMiniString {
  const schema = z.string({ error: expected }).check(
    z.refine((value) => problemOf(value) === undefined, {
      error: ({ input }) => `${problemOf(String(input))}; expected ${expected}`,
    }),
  );
  if (pattern !== undefined) z.globalRegistry.add(schema, { pattern: pattern.source });
  return schema;
}

/** Adds the sentence that an editor shows. */
export function described<S extends z.ZodMiniType>(schema: S, description: string): S {
  const copy = schema.clone();
  z.globalRegistry.add(copy, { description });
  return copy;
}

export function optional<S extends z.ZodMiniType>(schema: S, description: string): z.ZodMiniExactOptional<S> {
  const maybe = z.exactOptional(schema);
  z.globalRegistry.add(maybe, { description });
  return maybe;
}

/** A mapping with these keys and no others. `noun` names it in messages: `a node has the keys ...`; `error` is what to write instead. */
export function mapping<S extends z.core.$ZodLooseShape>(
  noun: string,
  shape: S,
  error?: string,
): z.ZodMiniObject<z.core.util.Writeable<S>, z.core.$strict> {
  // Without a message for other issues zod goes on to ask validate.ts, which sees what keys there are.
  const schema = z.strictObject(shape, {
    error: ({ code }) => (code === 'invalid_type' ? error : undefined),
  });
  z.globalRegistry.add(schema, { title: noun });
  return schema;
}

export function wholeNumber(least: number, most: number, noun = 'a whole number'): z.ZodMiniInt {
  const error = `${noun} from ${least} to ${most}`;
  return z.int({ error }).check(z.minimum(least, { error }), z.maximum(most, { error }));
}

export const yesOrNo = z.boolean({ error: 'true or false' });
export const line = text('one line of text');
export const port = wholeNumber(1, 65535, 'a port');
/** 68 is the smallest MTU of IPv4 (RFC 791) and of the kernel's Ethernet-like devices, 65535 the largest. */
export const mtu = wholeNumber(68, 65535, 'an MTU in bytes');
export const vni = wholeNumber(1, 0xffffff, 'a VXLAN network identifier');
export const byteCount = wholeNumber(0, 65507, 'a payload in bytes');

const dotted = /\d+\.\d+\.\d+\.\d+/;
const dottedOnly = new RegExp(`^${dotted.source}$`);
const dottedWithLength = new RegExp(`^${dotted.source}/\\d+$`);

export const mac = text(
  'a unicast MAC, e.g. 02:42:67:05:b5:30',
  macProblem,
  /^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$/,
);
export const address = text(
  'an IPv4 address, e.g. 192.168.0.1',
  (value) => addressProblem(value),
  dottedOnly,
);
export const hostAddress = text('an IPv4 address, e.g. 192.168.0.1', hostAddressProblem, dottedOnly);
export const interfaceAddress = text(
  'an IPv4 address with its prefix length, e.g. 192.168.0.21/24',
  interfaceProblem,
  dottedWithLength,
);
export const network = text(
  'an IPv4 network, e.g. 172.30.76.0/24',
  (value) => networkProblem(value),
  dottedWithLength,
);
export const device = text('the name of a network device, e.g. eth0', deviceNameProblem, /^[\w.-]{1,15}$/);
export const place = text('a namespace and a device, e.g. node1/eth0', placeProblem, /^[^/]+\/[\w.-]{1,15}$/);
/** Nodes, routers, hosts and segments: a name is that of a bridge port as well, so the kernel's limit for devices holds. */
export const shortName = text(
  'a name of at most 15 characters, e.g. node1',
  shortNameProblem,
  /^[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/,
);
/** Anything in the lab that is a network namespace with addresses of its own. */
export const member = text('the name of a node, pod, router or host');
export const pattern = text('a regular expression', regexProblem);

const durationWords = 'a duration of at most an hour: 3s, 500ms or a number of seconds';
const longestMs = 3_600_000;
export const duration = z.union(
  [
    text(durationWords, durationProblem, /^\d+(\.\d+)?(ms|s)?$/),
    z
      .number({ error: durationWords })
      .check(z.minimum(0, { error: durationWords }), z.maximum(longestMs / 1000, { error: durationWords })),
  ],
  { error: durationWords },
);

/** `3s`, `500ms`, `3` or 3 -> milliseconds */
export function milliseconds(written: string | number): number {
  const unit = typeof written === 'string' && written.endsWith('ms') ? 1 : 1000;
  return Math.round(Number.parseFloat(String(written)) * unit);
}

function durationProblem(value: string): string | undefined {
  if (!/^\d+(\.\d+)?(ms|s)?$/.test(value)) return 'it is no number with the unit s or ms';
  return milliseconds(value) > longestMs ? 'it is too long' : undefined;
}

export function hostAddressProblem(value: string): string | undefined {
  return addressProblem(value) ?? unicastProblem(value);
}

/** A place as its two halves; `node1/eth0` -> [`node1`, `eth0`]. */
export function placeParts(written: string): [name: string, dev: string] {
  const slash = written.indexOf('/');
  return [written.slice(0, slash), written.slice(slash + 1)];
}

function placeProblem(value: string): string | undefined {
  if (!value.includes('/')) return 'the / between namespace and device is missing';
  const [name, dev] = placeParts(value);
  if (name === '') return 'the namespace before the / is missing';
  const problem = deviceNameProblem(dev);
  return problem === undefined ? undefined : `of the device after the /, ${problem}`;
}

function shortNameProblem(value: string): string | undefined {
  if (familyOf(value) !== undefined) return 'it is an address';
  return labelProblem(value, 15);
}

export function lineProblem(value: string): string | undefined {
  if (value.trim() === '') return 'it is empty';
  if (/[\p{Cc}\u2028\u2029]/u.test(value)) return 'it has several lines or a control character';
  return value.length > 1000 ? 'it is longer than 1000 characters' : undefined;
}

function regexProblem(value: string): string | undefined {
  try {
    new RegExp(value, 'm');
    return undefined;
  } catch (error) {
    // The engine says `Invalid regular expression: /(/m: Unterminated group`.
    return String(error).split(': ').at(-1)?.toLowerCase() ?? 'it does not compile';
  }
}
