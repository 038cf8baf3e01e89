import { styleText } from 'node:util';

/** How the human view may look on the terminal or file that it goes to. */
export interface Look {
  colour: boolean;
  /** May print more than ASCII. */
  unicode: boolean;
  /** May show a line and erase it again; holds the width of the terminal in columns. */
  progress?: { columns: number };
}

type Environment = Record<string, string | undefined>;

/**
 * Colour on a terminal unless NO_COLOR (no-color.org) or TERM=dumb says no; FORCE_COLOR decides before all of them, as in Node itself.
 * UTF-8 as the first of LC_ALL, LC_CTYPE and LANG that is set says (locale(7)).
 */
export function look(
  env: Environment,
  terminal: { isTTY?: boolean | undefined; columns?: number | undefined },
): Look {
  const isTTY = terminal.isTTY === true;
  const dumb = env['TERM'] === 'dumb';
  const forced = env['FORCE_COLOR'];
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return {
    colour: forced === undefined ? isTTY && !dumb && !env['NO_COLOR'] : forced !== '0' && forced !== 'false',
    unicode: /utf-?8/i.test(locale),
    ...(isTTY && !dumb ? { progress: { columns: terminal.columns || 80 } } : {}),
  };
}

export type Paint = (colour: 'green' | 'red' | 'yellow' | 'dim' | 'bold', text: string) => string;

export function paint(colour: boolean): Paint {
  return (name, text) => (colour ? styleText(name, text, { validateStream: false }) : text);
}

export interface Marks {
  pass: string;
  xfail: string;
  skip: string;
  fail: string;
}

export function marks(unicode: boolean): Marks {
  return unicode
    ? { pass: '✓', xfail: '~', skip: '○', fail: '✗' }
    : { pass: 'ok  ', xfail: 'xfail', skip: 'skip', fail: 'FAIL' };
}
