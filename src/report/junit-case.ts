import type { CheckResult, LabEndEvent } from '../run/event.ts';
import { visibleLines } from './visible.ts';

/** One testcase of a JUnit report. */
export interface Case {
  name: string;
  durationMs: number;
  result: 'pass' | 'skipped' | 'failure' | 'error';
  /** Attribute `type` of the result. */
  type: string;
  message: string;
  text: string;
  attachments: string[];
}

export function checkCase(check: CheckResult): Case {
  const directory = check.evidenceDirectory;
  const base = {
    name: check.title,
    durationMs: check.durationMs,
    type: check.kind,
    attachments: (check.attachments ?? []).map((file) =>
      directory === undefined ? file : `${directory}/${file}`,
    ),
  };
  switch (check.verdict) {
    case 'pass':
      return { ...base, result: 'pass', message: '', text: '' };
    case 'skip':
      return { ...base, result: 'skipped', type: 'skip', message: check.reason ?? '', text: '' };
    case 'xfail':
      return {
        ...base,
        result: 'skipped',
        type: 'xfail',
        message: check.reason ?? 'fails as known',
        text: '',
      };
    case 'fail': {
      const text = [
        ...section('want', check.want),
        ...section('got', check.got),
        ...section('evidence', check.evidence),
        ...section('files', directory === undefined ? undefined : [directory]),
      ];
      const message = check.got?.[0] ?? check.reason ?? check.title;
      return { ...base, result: 'failure', message, text: text.join('\n') };
    }
  }
}

function section(title: string, texts: string[] | undefined): string[] {
  const lines = (texts ?? []).flatMap((text) => visibleLines(text));
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}

/** What the end of a lab adds to its checks, so that every outcome is a testcase. */
export function endCase(event: LabEndEvent, cases: Case[]): Case | undefined {
  const reason = event.reason ?? 'no reason given';
  switch (event.outcome) {
    case 'not-built':
      return errorCase('build', reason);
    case 'invalid':
      return errorCase('lab file', reason);
    case 'interrupted':
      return errorCase('interrupted', reason);
    case 'failed':
      return cases.some((one) => one.result === 'failure') ? undefined : errorCase('checks', reason);
    case 'skipped':
      if (cases.length > 0) return undefined;
      return { ...errorCase('build', reason), result: 'skipped', type: 'skip', text: '' };
    case 'good':
      if (cases.length > 0) return undefined;
      return { ...errorCase('build', ''), result: 'pass', durationMs: event.durationMs };
  }
}

export function errorCase(name: string, reason: string): Case {
  const lines = visibleLines(reason);
  return {
    name,
    durationMs: 0,
    result: 'error',
    type: name,
    message: lines[0] ?? '',
    text: lines.join('\n'),
    attachments: [],
  };
}
