import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Position, ProblemList, Words } from './problem.ts';

/** Keys and list positions from the document's root: `['cluster', 'nodes', 0, 'podCIDR']`. */
export type Path = readonly (string | number | symbol)[];

type Json = Record<string, unknown>;

/** An alias stands for its anchor's value without copying it; whoever walks the result meets it again and again, hence the limit. */
const mostAliased = 10_000;

/** One YAML document as plain values, with the place of each in its file. */
export class YamlDocument {
  readonly file: string;
  /** Maps have no prototype; keys are text; an anchor's value is the same object wherever an alias repeats it. */
  readonly value: unknown;
  private sound = true;
  private readonly root: Node | null;
  private readonly position: (offset: number) => Position;
  private readonly problems: ProblemList;
  private readonly anchors = new Map<string, { value: unknown; size: number } | 'open'>();
  private readonly pairs = new WeakMap<object, Map<string, Pair>>();
  private readonly lists = new WeakMap<object, YAMLSeq>();
  /** Values so far, counting what aliases repeat. */
  private size = 0;
  private aliased = 0;

  constructor(
    file: string,
    parsed: Document.Parsed,
    position: (offset: number) => Position,
    problems: ProblemList,
  ) {
    this.file = file;
    this.position = position;
    this.problems = problems;
    this.root = parsed.contents;
    this.value = this.plain(parsed.contents);
  }

  /** No problem was found while reading the values. */
  get isSound(): boolean {
    return this.sound;
  }

  /** Adds a problem at the value of this path; where there is none, at the nearest thing around it. */
  report(path: Path, words: Words): void {
    this.problems.add(this.file, this.positionAt(path), words);
  }

  /** Adds a problem at the key of this path. */
  reportKey(path: Path, words: Words): void {
    const { pair, node } = this.find(path);
    const key = pair?.key as Node | undefined;
    this.problems.add(this.file, this.nodePosition(key ?? node), words);
  }

  positionAt(path: Path): Position {
    const { pair, node } = this.find(path);
    return this.nodePosition(node ?? (pair?.key as Node | null));
  }

  /** A scalar as it is written in the file, e.g. `0x10`; undefined for anything else. */
  written(path: Path): string | undefined {
    const { node } = this.find(path);
    return isScalar(node) ? node.source : undefined;
  }

  /** The pair and value node at a path; of a path that leads nowhere, the last thing that exists. A key may differ in case (net-conf.json). */
  private find(path: Path): { pair?: Pair; node: Node | null } {
    let value = this.value;
    let found: { pair?: Pair; node: Node | null } = { node: this.root };
    for (const step of path) {
      if (typeof value !== 'object' || value === null) break;
      const list = this.lists.get(value);
      if (list !== undefined) {
        const node = list.items[Number(step)] as Node | undefined;
        if (node === undefined) break;
        found = { node };
        value = (value as unknown[])[Number(step)];
        continue;
      }
      const pairs = this.pairs.get(value);
      const key = pairs && keyLike(pairs, String(step));
      if (pairs === undefined || key === undefined) break;
      const pair = pairs.get(key)!;
      found = { pair, node: isEmpty(pair.value) ? (pair.key as Node) : (pair.value as Node) };
      value = (value as Json)[key];
    }
    return found;
  }

  private nodePosition(node: Node | null | undefined): Position {
    return this.position(node?.range?.[0] ?? 0);
  }

  private complain(node: Node | null, message: string): void {
    this.sound = false;
    this.problems.add(this.file, this.nodePosition(node), message);
  }

  private plain(node: Node | null): unknown {
    this.size++;
    if (node === null) return null;
    if (isAlias(node)) return this.repeated(node.source, node);
    const before = this.size;
    const { anchor } = node as Scalar | YAMLMap | YAMLSeq;
    if (anchor !== undefined) this.anchors.set(anchor, 'open');
    const value = isMap(node) ? this.map(node) : isSeq(node) ? this.list(node) : (node as Scalar).value;
    if (anchor !== undefined) this.anchors.set(anchor, { value, size: this.size - before + 1 });
    return value;
  }

  private repeated(anchor: string, node: Node): unknown {
    const meant = this.anchors.get(anchor);
    if (meant === 'open') {
      this.complain(
        node,
        `found *${anchor} inside the value that &${anchor} names; a value cannot contain itself`,
      );
      return null;
    }
    if (meant === undefined) {
      const advice = 'a text that begins with * needs quotes';
      this.complain(node, `found *${anchor}, but nothing before it is named &${anchor}; ${advice}`);
      return null;
    }
    this.size += meant.size;
    this.aliased += meant.size;
    if (this.aliased <= mostAliased) return meant.value;
    if (this.sound)
      this.complain(node, `found aliases that repeat more than ${mostAliased} values; expected fewer`);
    this.sound = false;
    return null;
  }

  private list(node: YAMLSeq): unknown[] {
    const list: unknown[] = [];
    this.lists.set(list, node);
    for (const item of node.items) list.push(this.plain(item as Node | null));
    return list;
  }

  private map(node: YAMLMap): Json {
    const map = Object.create(null) as Json;
    const pairs = new Map<string, Pair>();
    const merges: Pair[] = [];
    this.pairs.set(map, pairs);
    for (const pair of node.items) {
      if (!isPair(pair)) continue;
      const key = this.key(pair.key as Node | null, node);
      if (key === undefined) continue;
      if (key === '<<' && isMerge(pair)) {
        merges.push(pair);
        continue;
      }
      const first = pairs.get(key);
      if (first === undefined) {
        pairs.set(key, pair);
        map[key] = this.plain(pair.value as Node | null);
        continue;
      }
      const { line } = this.nodePosition(first.key as Node);
      const advice = key === 'apiVersion' ? '; is a --- missing before it?' : '';
      this.complain(
        pair.key as Node,
        `found the key ${JSON.stringify(key)} twice; it is on line ${line} already${advice}`,
      );
    }
    for (const pair of merges) this.merge(pair, map, pairs);
    return map;
  }

  /** `<<: *defaults`: what the other map has and this one has not. */
  private merge(pair: Pair, map: Json, pairs: Map<string, Pair>): void {
    const value = this.plain(pair.value as Node);
    for (const source of Array.isArray(value) ? (value as unknown[]) : [value]) {
      const others = typeof source === 'object' && source !== null ? this.pairs.get(source) : undefined;
      if (others === undefined) {
        if (this.sound)
          this.complain(
            pair.key as Node,
            'found << with something that is no mapping; expected << : *anchor',
          );
        continue;
      }
      for (const [key, other] of others) {
        if (pairs.has(key)) continue;
        pairs.set(key, other);
        map[key] = (source as Json)[key];
      }
    }
  }

  private key(node: Node | null, map: Node): string | undefined {
    if (isScalar(node) && node.value !== null)
      return typeof node.value === 'string' ? node.value : (node.source ?? JSON.stringify(node.value));
    this.complain(node?.range ? node : map, 'found a key that is no word; expected text before the colon');
    return undefined;
  }
}

function isMerge({ key, value }: Pair): boolean {
  return isScalar(key) && key.type === 'PLAIN' && (isAlias(value) || isMap(value) || isSeq(value));
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (isScalar(value) && value.value === null && !value.source);
}

function keyLike(pairs: Map<string, Pair>, key: string): string | undefined {
  if (pairs.has(key)) return key;
  const lower = key.toLowerCase();
  for (const other of pairs.keys()) if (other.toLowerCase() === lower) return other;
  return undefined;
}
