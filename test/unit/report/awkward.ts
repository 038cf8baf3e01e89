import type { CheckResult, Event } from '../../../src/run/event.ts';

/** Texts that break formats: each must come through every reporter without changing the structure of what it writes. */
export const awkwardTexts: Record<string, string> = {
  'line feeds': 'first\nsecond\r\nthird\rfourth',
  'a hash sign': 'route #1 # SKIP not really # TODO neither',
  backslashes: String.raw`C:\temp\# \\ \n ends with \ `.trim(),
  'the end of CDATA': 'before ]]> after',
  markup: `<failure message="x">&amp; 'quoted' "twice"</failure><!-- -->`,
  'terminal escapes': '\x1b[31mred\x1b]0;title\x07\x1b[2J\x9b31m',
  'lone surrogates': 'high \ud83d low \ude00 end \ud800',
  'NUL and other controls': 'a\0b\x01\x08\x0b\x0c\x1f\x7f\x80\x9fz',
  'non-characters': 'x\ufffe\uffff\u{1fffe}y',
  emoji: 'pod 👩‍💻 reaches 🐳 and é ü 日本',
  reordering: 'evil\u202egnp.exe\u2066\u2069\u200f',
  separators: 'a\u2028b\u2029c\u0085d',
  tabs: 'a\tb\tc',
  'TAP words': 'ok 7 - fake\nBail out! no\n1..99\nTAP version 14\n---\n...',
  'YAML words': '- [a: {b]\n... \n--- |\n"unclosed',
  nothing: '',
  blanks: '   ',
  'percent signs and braces': '%s %d {} ${x} `y` $(z)',
  '100 kB': 'Ä#\\]]>\x1b'.repeat(15_000).slice(0, 100_000),
};

export function check(number: number, words: Partial<CheckResult> = {}): CheckResult {
  return {
    number,
    title: `check ${number}`,
    kind: 'ping',
    verdict: 'pass',
    durationMs: 12.3456,
    attempts: 1,
    ...words,
  };
}

export function checkEvent(lab: string, result: CheckResult): Event {
  return { type: 'check', lab, check: result };
}

export function labStart(lab: string, checks: number, summary = `the lab ${lab}`): Event {
  return { type: 'lab-start', lab, summary, checks };
}

export function labEnd(
  lab: string,
  outcome: Extract<Event, { type: 'lab-end' }>['outcome'],
  reason?: string,
): Event {
  return { type: 'lab-end', lab, outcome, durationMs: 612.3, ...(reason === undefined ? {} : { reason }) };
}

/** One lab in which each awkward text is everything that a text can be: title, reason, want, got, evidence, file name; with every verdict. */
export function awkwardRun(): {
  events: Event[];
  counts: { pass: number; fail: number; skip: number; xfail: number };
} {
  const texts = Object.values(awkwardTexts);
  const verdicts = ['pass', 'fail', 'skip', 'xfail'] as const;
  const checks = texts.flatMap((text, index) =>
    verdicts.map((verdict, position) =>
      check(index * verdicts.length + position + 1, {
        title: text,
        verdict,
        reason: text,
        want: [text, text],
        got: [text],
        evidence: [text],
        evidenceDirectory: `/tmp/evidence/${text.slice(0, 50)}`,
        attachments: [`${text.slice(0, 50)}.pcap`, 'tables.txt'],
      }),
    ),
  );
  const notes = texts.map((text): Event => ({ type: 'note', lab: 'awkward', level: 'info', text }));
  const commands = texts.map((text): Event => ({
    type: 'command',
    lab: 'awkward',
    namespace: text,
    argv: ['echo', text],
    input: text,
    exitCode: 1,
    durationMs: 1,
  }));
  return {
    events: [
      labStart('awkward', checks.length, texts.join(' ')),
      ...notes,
      ...commands,
      ...checks.map((result) => checkEvent('awkward', result)),
      labEnd('awkward', 'failed'),
      { type: 'run-end', exitCode: 1, durationMs: 700 },
    ],
    counts: { pass: texts.length, fail: texts.length, skip: texts.length, xfail: texts.length },
  };
}
