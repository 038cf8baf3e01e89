// Takes string-width's place in the bundle. yargs loads it, twice, to align its help; compiling its patterns for
// emoji takes 22 ms of each start. Our help is plain text: one column per character, colours have none.
import { stripVTControlCharacters } from 'node:util';

export default function stringWidth(text) {
  return [...stripVTControlCharacters(text)].length;
}
