import { describe, expect, it } from 'vitest';
import { shortened, visible, visibleLines } from '../../../src/report/visible.ts';
import { awkwardTexts } from './awkward.ts';

describe('text from outside', () => {
  it.each(Object.entries(awkwardTexts))('with %s is one line that no terminal obeys', (_name, text) => {
    const obeyed = Array.from(visible(text)).filter((character) => {
      const code = character.codePointAt(0) as number;
      const control = code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0xd800 && code < 0xe000);
      return (
        control || [0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069, 0xfeff].includes(code)
      );
    });
    expect(obeyed).toEqual([]);
  });

  it.each(Object.entries(awkwardTexts))(
    'with %s is printable ASCII where nothing else can be shown',
    (_name, text) => {
      expect(visible(text, { ascii: true })).toMatch(/^[\x20-\x7e]*$/);
    },
  );

  it('says what was there', () => {
    expect(visible('a\n\t\r\x1b[0m\x7f\x9b\u202e\ud800\u{e0041}z')).toBe(
      String.raw`a\n\t\r\x1b[0m\x7f\x9b\u202e\ud800\u{e0041}z`,
    );
  });

  it('keeps letters of every script and joined emoji as they are', () => {
    const text = 'Ünïcödé 日本語 עברית हिन्दी क्‍ष 👩‍💻 ✓';
    expect(visible(text)).toBe(text);
  });

  it('that is a table stays a table', () => {
    expect(visibleLines('a\tb\r\n1\t2\n')).toEqual(['a    b', '1    2']);
    expect(visibleLines('')).toEqual(['']);
    expect(visibleLines('\n\n')).toEqual(['', '']);
  });

  it('is shortened without cutting a character in two', () => {
    expect(shortened('abcdef', 6)).toBe('abcdef');
    expect(shortened('abcdef', 4)).toBe('abcd ... (2 more characters)');
    expect(shortened('abc🐳def', 4)).toBe('abc ... (5 more characters)');
  });
});
