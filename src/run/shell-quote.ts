/**
 * A command as it could be typed into bash. Nothing here is ever executed: the project starts processes with argv arrays; this is for readers.
 *
 *   plain words stay as they are        ip route add 10.0.0.0/8 dev eth0
 *   anything special in single quotes   sh -c 'echo "$HOME"'
 *   what a terminal would obey          printf $'\x1b[31m'
 */
export interface ShellQuoting {
  /** For a locale without UTF-8: bytes above 0x7e as escapes too. */
  ascii?: boolean;
}

const plain = /^[\w@%+=:,./-]+$/;
/** Controls, invisible and reordering characters, separators, and halves of surrogate pairs. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const notAscii = /[^\x20-\x7e]/;
/** Words that bash takes for itself where a command begins (bash(1), RESERVED WORDS). */
const reserved = new Set(
  'if then elif else fi time for in until while do done case esac coproc select function'.split(' '),
);

/** One argument. */
export function shellQuote(word: string, { ascii = false }: ShellQuoting = {}): string {
  if (plain.test(word)) return word;
  if ((ascii ? notAscii : unprintable).test(word)) return ansiQuoted(word);
  return singleQuoted(word);
}

/**
 * A whole command, with what it is given on standard input as a here-document. Several lines then, without a line feed at the end.
 */
export function shellCommand(argv: readonly string[], input?: string, quoting: ShellQuoting = {}): string {
  const command = argv.map((word, index) =>
    index === 0 ? firstWord(word, quoting) : shellQuote(word, quoting),
  );
  const line = command.join(' ');
  if (input === undefined) return line;
  // A here-document can neither escape a control character nor end without a line feed; printf can.
  const awkward = (quoting.ascii ? notAscii : unprintable).test(input.replaceAll(/[\n\t]/g, ' '));
  if (awkward || !input.endsWith('\n')) return `printf %s ${shellQuote(input, quoting)} | ${line}`;
  const lines = new Set(input.split('\n'));
  let end = 'END';
  for (let count = 2; lines.has(end); count++) end = `END${count}`;
  return `${line} <<'${end}'\n${input}${end}`;
}

/** `a=b` is an assignment and `time` a reserved word where a command begins. */
function firstWord(word: string, quoting: ShellQuoting): string {
  return reserved.has(word) || (plain.test(word) && word.includes('='))
    ? singleQuoted(word)
    : shellQuote(word, quoting);
}

function singleQuoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** bash's $'...': bytes as \xNN, which does not depend on the locale as \uNNNN does. */
function ansiQuoted(word: string): string {
  let quoted = '';
  for (const character of word) {
    if (character === '\\' || character === "'") quoted += `\\${character}`;
    else if (character === '\n') quoted += '\\n';
    else if (character === '\t') quoted += '\\t';
    else if (/[\x20-\x7e]/.test(character)) quoted += character;
    else for (const byte of Buffer.from(character)) quoted += `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return `$'${quoted}'`;
}
