import type {
  CheckResult,
  CommandEvent,
  LabEndEvent,
  NoteEvent,
  ProgressEvent,
  StepEvent,
} from '../run/event.ts';
import { shellCommand } from '../run/shell-quote.ts';
import { duration, seconds } from './duration.ts';
import { type Look, marks, paint } from './look.ts';
import { type Tally, tallySize, tallyText } from './tally.ts';
import { shortened, visible, visibleLines } from './visible.ts';

/** Enough for any table worth reading; the evidence directory has the rest. */
const longestLine = 1_000;
const longestBlock = 60;

/** How each thing reads; every text ends with a line feed or is empty. */
export interface HumanText {
  /** Text from outside, on one line. */
  line(text: string): string;
  labStart(lab: string, summary: string): string;
  command(event: CommandEvent): string;
  step(event: StepEvent): string;
  /** Without a line feed: it is shown and erased again. */
  progress(event: ProgressEvent): string;
  note(event: NoteEvent): string;
  check(result: CheckResult): string;
  /** `tally` is undefined where nothing was to be checked (`up`). */
  labEnd(event: LabEndEvent, tally: Tally | undefined): string;
  total(
    labs: { lab: string; outcome: LabEndEvent['outcome'] | undefined }[],
    tally: Tally,
    durationMs: number,
  ): string;
}

export function humanText(look: Look): HumanText {
  const colour = paint(look.colour);
  const mark = marks(look.unicode);
  const ascii = !look.unicode;

  const line = (text: string): string => shortened(visible(text, { ascii }), longestLine);

  function lines(texts: readonly string[]): string[] {
    const all = texts
      .flatMap((text) => visibleLines(text, { ascii }))
      .map((text) => shortened(text, longestLine));
    if (all.length <= longestBlock) return all;
    return [...all.slice(0, longestBlock), `... (${all.length - longestBlock} more lines)`];
  }

  function block(label: string, texts: readonly string[] | undefined): string {
    return lines(texts ?? [])
      .map((text, index) => `      ${(index === 0 ? label : '').padEnd(6)} ${text}`.trimEnd() + '\n')
      .join('');
  }

  function check(result: CheckResult): string {
    const title = line(result.title);
    const because = result.reason === undefined ? '' : `, ${line(result.reason)}`;
    const tries = result.attempts > 1 ? `, ${result.attempts} tries` : '';
    const time = colour('dim', `${duration(result.durationMs)}${tries}`);
    switch (result.verdict) {
      case 'pass':
        return `  ${colour('green', mark.pass)} ${title}  ${time}\n`;
      case 'skip':
        return `  ${colour('yellow', mark.skip)} ${title}: skipped${because}\n`;
      case 'xfail':
        return `  ${colour('yellow', mark.xfail)} ${title}: fails as known${because}  ${time}\n`;
      case 'fail': {
        const files = [result.evidenceDirectory ?? '', (result.attachments ?? []).join('  ')];
        return [
          `  ${colour('red', `${mark.fail} ${title}`)}${because}  ${time}\n`,
          block('want', result.want),
          block('got', result.got),
          block('why', result.evidence),
          block('files', files.filter(Boolean)),
        ].join('');
      }
    }
  }

  function labEnd(event: LabEndEvent, tally: Tally | undefined): string {
    const name = line(event.lab);
    const counted = tally !== undefined && tallySize(tally) > 0;
    const summary = tally && `${name}: ${tallyText(tally)} in ${seconds(event.durationMs)}`;
    const [reason = '', ...more] = lines([event.reason ?? 'no reason given']);
    const rest = more.map((text) => `    ${text}\n`).join('');
    switch (event.outcome) {
      case 'good':
        return `${colour('green', summary ?? `${name}: ${event.done ?? 'up'} in ${seconds(event.durationMs)}`)}\n`;
      case 'failed':
        return `${colour('red', summary ?? `${name}: failed`)}\n`;
      case 'skipped':
        return counted
          ? `${colour('yellow', summary ?? '')}\n`
          : `${colour('yellow', `${mark.skip} ${name}: skipped`)}, ${reason}\n${rest}`;
      case 'not-built':
        return `${counted ? `${summary}\n` : ''}${colour('red', `${mark.fail} ${name}: not built`)}, ${reason}\n${rest}`;
      case 'interrupted':
        return `${counted ? `${summary}\n` : ''}${colour('red', `${mark.fail} ${name}: interrupted`)}, ${reason}\n${rest}`;
      case 'invalid':
        // The command line prints the reason, with its place in the file, on standard error.
        return `${colour('red', `${mark.fail} ${name}: not tried`)}, nothing was touched\n`;
    }
  }

  const named = {
    skipped: 'skipped',
    failed: 'failed',
    'not-built': 'not built',
    invalid: 'not tried',
    interrupted: 'interrupted',
  } as const;

  return {
    line,
    labStart: (lab, summary) => `${colour('bold', line(lab))}  ${line(summary)}\n`,
    command(event) {
      const where = event.namespace === undefined ? '' : `in ${line(event.namespace)}: `;
      const exit = event.exitCode === 0 ? '' : `${colour('red', `# exit code ${event.exitCode}`)}\n`;
      const command = shellCommand(event.argv, event.input, { ascii });
      return `${colour('dim', `# ${where}`)}${command}\n${exit}`;
    },
    step(event) {
      const detail = event.detail === undefined ? '' : `: ${line(event.detail)}`;
      return `${colour('dim', `# ${line(event.step)}${detail}  ${duration(event.durationMs)}`)}\n`;
    },
    progress: ({ doing, count }) => (count ? `${doing}, ${count.done} of ${count.of}` : doing),
    note(event) {
      const text = lines([event.text]).join('\n');
      if (event.level === 'info') return `${text}\n`;
      return `${colour(event.level === 'warning' ? 'yellow' : 'red', `${event.level}:`)} ${text}\n`;
    },
    check,
    labEnd,
    total(labs, tally, durationMs) {
      const rows = Object.entries(named).flatMap(([outcome, word]) => {
        const names = labs.filter((lab) => lab.outcome === outcome).map((lab) => line(lab.lab));
        return names.length === 0
          ? []
          : [`${colour(outcome === 'skipped' ? 'yellow' : 'red', `${word}: ${names.join(', ')}`)}\n`];
      });
      const bad = labs.some((lab) => lab.outcome !== 'good' && lab.outcome !== 'skipped');
      const sum = `${labs.length} labs: ${tallyText(tally)} in ${seconds(durationMs)}`;
      return `${rows.join('')}${colour(bad ? 'red' : 'green', sum)}\n`;
    },
  };
}
