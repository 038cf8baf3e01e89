import { createHash } from 'node:crypto';

/**
 * Names: what Kubernetes and the kernel allow, what a lab derives from them, and what a person may have meant.
 * The `...Problem` functions say in a few words what is wrong, or undefined when nothing is.
 */

/** The network namespace of a pod: `web` in namespace default, else `shop.web`. */
export function podNetns(namespace: string, name: string): string {
  return namespace === 'default' ? name : `${namespace}.${name}`;
}

/** RFC 1123 label: what Kubernetes demands of namespaces, and a lab of its own names. */
export function labelProblem(text: string, longest = 63): string | undefined {
  if (text.includes('.')) return 'dots are not allowed here';
  return subdomainProblem(text, longest);
}

/** RFC 1123 subdomain: what Kubernetes demands of a pod's name. `longest` is 63 because the name becomes a hostname. */
export function subdomainProblem(text: string, longest = 63): string | undefined {
  if (text === '') return 'it is empty';
  if (text.length > longest) return `it has ${text.length} characters, at most ${longest} are allowed`;
  if (/[A-Z]/.test(text)) return 'upper case is not allowed';
  if (/[^a-z0-9.-]/.test(text)) return 'only a-z, 0-9 and - are allowed';
  if (!text.split('.').every((label) => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(label)))
    return 'it must begin and end with a letter or digit';
  return undefined;
}

/** The kernel's rules for interface names (IFNAMSIZ, dev_valid_name), and the sysctl directories that are no interfaces. */
export function deviceNameProblem(text: string): string | undefined {
  if (text === '') return 'it is empty';
  if (Buffer.byteLength(text) > 15) return `it has ${Buffer.byteLength(text)} bytes, at most 15 are allowed`;
  if (text === '.' || text === '..') return 'it is a directory';
  if (/[\s/:]/.test(text)) return 'white space, / and : are not allowed';
  if (!/^[\w.-]+$/.test(text)) return 'only letters, digits, . _ and - are allowed';
  if (text.startsWith('-')) return 'ip would take it for an option';
  return text === 'all' || text === 'default' ? 'the kernel keeps this name for its sysctls' : undefined;
}

/**
 * The host end of a pod's veth pair, the same for the same pod, in no case one of `taken`, to which it is added.
 * Docker writes `veth` and 7 hexadecimal digits, the CNI bridge plugin 8; there they are random, here a hash.
 */
export function hostVethName(style: 'docker' | 'cni', netns: string, taken: Set<string>): string {
  for (let attempt = 0; ; attempt++) {
    const seed = attempt === 0 ? netns : `${netns}#${attempt}`;
    const digits = createHash('sha256').update(`veth ${seed}`).digest('hex');
    const name = `veth${digits.slice(0, style === 'docker' ? 7 : 8)}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}

/** The candidate that was probably meant, if one is close enough. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  return nearestFew(word, candidates, 1)[0];
}

/** Up to `count` candidates that may have been meant, the closest first: same but for case, beginning like it, a few letters away. */
export function nearestFew(word: string, candidates: Iterable<string>, count = 3): string[] {
  if (word === '' || word.length > 100) return [];
  const lower = word.toLowerCase();
  const allowed = Math.max(1, Math.floor(word.length / 3));
  const ranked: { candidate: string; distance: number }[] = [];
  for (const candidate of candidates) {
    const other = candidate.toLowerCase();
    const begins = lower.length > 2 && other.startsWith(lower);
    const distance = begins ? Math.min(1, other.length - lower.length) : editDistance(lower, other, allowed);
    if (distance <= allowed) ranked.push({ candidate, distance });
  }
  return ranked
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** Insertions, deletions, replacements and swaps of neighbours from one word to the other; anything over `limit` is Infinity. */
function editDistance(one: string, other: string, limit: number): number {
  if (Math.abs(one.length - other.length) > limit) return Infinity;
  let before: number[] = [];
  let above = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1];
      let cost = Math.min(above[column]! + 1, current[column - 1]! + 1, above[column - 1]! + (same ? 0 : 1));
      const swapped = row > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (swapped) cost = Math.min(cost, before[column - 2]! + 1);
      current.push(cost);
    }
    if (Math.min(...current) > limit) return Infinity;
    before = above;
    above = current;
  }
  const distance = above[other.length]!;
  return distance <= limit ? distance : Infinity;
}

/** What a word may stand for: an exact name; else every name that begins with it, with or without its namespace. */
export function namesLike(word: string, names: readonly string[]): string[] {
  if (names.includes(word)) return [word];
  if (word === '') return [];
  return names.filter((name) => name.startsWith(word) || name.slice(name.indexOf('.') + 1).startsWith(word));
}
