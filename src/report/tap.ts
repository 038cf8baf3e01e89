import type { CheckResult, Event } from '../run/event.ts';
import { shellCommand } from '../run/shell-quote.ts';
import { type EventFormatters, type Formatter, formatted } from './formatter.ts';
import { shortened, visible, visibleLines } from './visible.ts';

/** prove's YAML reader gives up on strings of more than 64 Ki escapes; nobody reads lines as long as these. */
const longestLine = 2_000;
const longestList = 500;

export interface TapOptions {
  /** Show each command as it could be typed, and each step, as comments. */
  verbose: boolean;
}

/**
 * TAP version 13, which is the newest that prove(1) reads; the plan comes last, because labs run side by side and the number of points is known
 * only then. Points are numbered across labs.
 *
 *   TAP version 13
 *   ok 1 - same-node: full mesh
 *   not ok 2 - same-node: node1 knows pod-b on cni0
 *     ---
 *     want:
 *       - "neighbour 172.20.1.3 dev cni0"
 *     ...
 *   ok 3 - same-node: a pod speaks SCTP # SKIP this kernel has no SCTP
 *   not ok 4 - flannel-vxlan: build
 *   1..4
 *
 * A lab without checks, or that could not be built, is one point `<lab>: build`; a skipped lab is one with SKIP; a check that fails as known is TODO.
 */
export function tapFormatter({ verbose }: TapOptions): Formatter {
  let points = 0;
  let begun = false;
  /** Labs that have not ended, and how many points they have; `failed` where one of them is a plain failure. */
  const open = new Map<string, { points: number; failed: boolean }>();

  function lab(name: string): { points: number; failed: boolean } {
    let known = open.get(name);
    if (!known) open.set(name, (known = { points: 0, failed: false }));
    return known;
  }

  function point(ok: boolean, name: string, title: string, directive = ''): string {
    points++;
    const known = open.get(name);
    if (known) {
      known.points++;
      known.failed ||= !ok && directive === '';
    }
    const description = `${escaped(name)}: ${escaped(title)}`.trimEnd();
    return `${ok ? 'ok' : 'not ok'} ${points} - ${description}${directive === '' ? '' : ` # ${directive}`}\n`;
  }

  function check(name: string, result: CheckResult): string {
    const reason = result.reason === undefined ? '' : ` ${escaped(result.reason)}`;
    switch (result.verdict) {
      case 'pass':
        return point(true, name, result.title);
      case 'skip':
        return point(true, name, result.title, `SKIP${reason}`);
      case 'xfail':
        return point(false, name, result.title, `TODO${reason}`);
      case 'fail':
        return point(false, name, result.title) + diagnosis(result);
    }
  }

  const comment = (text: string): string =>
    visibleLines(text)
      .map((line) => `# ${line}`.trimEnd() + '\n')
      .join('');

  const formatters: EventFormatters = {
    command: (event) => {
      if (!verbose) return '';
      const where = event.namespace === undefined ? '' : `in ${event.namespace}: `;
      return comment(`${where}${shellCommand(event.argv, event.input)}`);
    },
    step: (event) =>
      verbose ? comment(`${event.step}${event.detail === undefined ? '' : `: ${event.detail}`}`) : '',
    progress: () => '',
    note: (event) => comment(event.level === 'info' ? event.text : `${event.level}: ${event.text}`),
    'lab-start': (event) => {
      lab(event.lab);
      return comment(`${event.lab}: ${event.summary}`);
    },
    check: (event) => {
      lab(event.lab);
      return check(event.lab, event.check);
    },
    'lab-end': (event) => {
      const known = lab(event.lab);
      let text = '';
      const why = diagnosis({ reason: event.reason ?? 'no reason given' });
      if (event.outcome === 'not-built') text = point(false, event.lab, 'build') + why;
      else if (event.outcome === 'invalid') text = point(false, event.lab, 'lab file') + why;
      else if (event.outcome === 'interrupted') text = point(false, event.lab, 'interrupted') + why;
      else if (event.outcome === 'failed' && !known.failed) text = point(false, event.lab, 'checks') + why;
      else if (known.points === 0) {
        const skip = event.outcome === 'skipped' ? `SKIP ${escaped(event.reason ?? '')}`.trimEnd() : '';
        text = point(true, event.lab, 'build', skip);
      }
      open.delete(event.lab);
      return text;
    },
    'run-end': () => '',
  };

  function header(): string {
    if (begun) return '';
    begun = true;
    return 'TAP version 13\n';
  }

  return {
    event: (event: Event) => header() + formatted(formatters, event),
    end() {
      const unfinished = [...open.keys()].map((name) => point(false, name, 'did not finish')).join('');
      return header() + unfinished + (points === 0 ? '1..0 # SKIP nothing was run\n' : `1..${points}\n`);
    },
  };
}

/** In a description `#` begins a directive and `\` escapes it. */
function escaped(text: string): string {
  return shortened(visible(text), longestLine).replaceAll(/[\\#]/g, String.raw`\$&`);
}

/** A YAML block under the point, indented by two; every text is a JSON string, which YAML 1.2 reads as the same. */
function diagnosis(result: Partial<CheckResult>): string {
  const entries: string[] = [];
  const scalar = (key: string, value: string | number | undefined): void => {
    if (value !== undefined) entries.push(`${key}: ${typeof value === 'number' ? value : quoted(value)}`);
  };
  const list = (key: string, values: string[] | undefined): void => {
    const lines = (values ?? []).flatMap((value) => visibleLines(value));
    if (lines.length > longestList) {
      lines.splice(longestList, Infinity, `... (${lines.length - longestList} more lines)`);
    }
    if (lines.length > 0) entries.push(`${key}:`, ...lines.map((line) => `  - ${quoted(line)}`));
  };
  scalar('reason', result.reason);
  scalar('kind', result.kind);
  scalar('duration_ms', result.durationMs === undefined ? undefined : Math.round(result.durationMs));
  scalar('attempts', result.attempts);
  list('want', result.want);
  list('got', result.got);
  list('evidence', result.evidence);
  scalar('evidence_directory', result.evidenceDirectory);
  list('attachments', result.attachments);
  return ['---', ...entries, '...'].map((line) => `  ${line}\n`).join('');
}

function quoted(text: string): string {
  return JSON.stringify(shortened(visible(text), longestLine));
}
