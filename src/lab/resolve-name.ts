import { namesLike, nearestFew } from '../model/names.ts';
import { Failure } from '../run/failure.ts';

/**
 * The namespace that a word on the command line means: the one of this name, or else the only one that begins like it. Nothing is guessed:
 * a word that fits several is refused with all of them. The namespace may be left out: `web` finds `shop.web` where there is no other.
 */
export function resolveName(word: string, names: readonly string[]): string {
  const fits = namesLike(word, names);
  if (fits.length === 1) return fits[0]!;
  if (fits.length > 1)
    throw new Failure('usage', `${JSON.stringify(word)} is ambiguous: it may be ${listed(fits)}`, [
      'Write as much of the name as makes it the only one.',
    ]);
  const near = nearestFew(word, names);
  const meant = near.length > 0 ? `; did you mean ${near.join(' or ')}?` : '';
  throw new Failure('usage', `there is no node, pod, router or host ${JSON.stringify(word)} here${meant}`, [
    `The names are: ${listed(names)}`,
  ]);
}

/** The first twenty, and how many more. */
function listed(names: readonly string[]): string {
  const more = names.length > 20 ? ` and ${names.length - 20} more` : '';
  return `${names.slice(0, 20).join(', ')}${more}`;
}
