import type { Event, LabEndEvent } from '../run/event.ts';
import { type EventFormatters, type Formatter, formatted } from './formatter.ts';
import { humanText } from './human-text.ts';
import { type Look, paint } from './look.ts';
import { addTally, emptyTally, type Tally, tallySize } from './tally.ts';
import { turns } from './turns.ts';
import { shortened } from './visible.ts';

export interface HumanOptions extends Look {
  /** Show each command as it could be typed, and each step. */
  verbose: boolean;
}

interface LabSoFar {
  tally: Tally;
  /** How many checks there are to be; undefined until they begin. */
  expected?: number;
  /** The last step of building, or how far the next has come. */
  step?: string;
  outcome?: LabEndEvent['outcome'];
}

/**
 * For a terminal:
 *
 *   same-node  Two pods on one node: the walk of an echo request
 *     ✓ full mesh: every pod reaches every pod (2 pings)  38 ms
 *     ✗ node1 knows pod-b on cni0  3.00 s, 40 tries
 *         want   neighbour 172.20.1.3 dev cni0 lladdr 9e:...
 *         got    no neighbour 172.20.1.3 dev cni0
 *         why    ...
 *         files  /tmp/...
 *     ○ a pod speaks SCTP: skipped, this kernel has no SCTP
 *   same-node: 1 passed, 1 failed, 1 skipped in 3.41 s
 *
 * Labs that run side by side are shown one after the other. On a terminal one line says what happens now; it is erased before anything else is written.
 */
export function humanFormatter(options: HumanOptions): Formatter {
  const text = humanText(options);
  const dim = (words: string): string => paint(options.colour)('dim', words);
  const turn = turns();
  const labs = new Map<string, LabSoFar>();
  let shown = '';

  function lab(name: string): LabSoFar {
    let known = labs.get(name);
    if (!known) labs.set(name, (known = { tally: emptyTally() }));
    return known;
  }

  const formatters: EventFormatters = {
    command: (event) => (options.verbose ? turn.write(event.lab, text.command(event)) : ''),
    step(event) {
      lab(event.lab).step = event.step;
      return turn.write(event.lab, options.verbose ? text.step(event) : '');
    },
    progress(event) {
      lab(event.lab).step = text.progress(event);
      return turn.write(event.lab, '');
    },
    note: (event) => (event.lab === undefined ? text.note(event) : turn.write(event.lab, text.note(event))),
    'lab-start'(event) {
      lab(event.lab).expected = event.checks;
      return turn.write(event.lab, text.labStart(event.lab, event.summary));
    },
    check(event) {
      lab(event.lab).tally[event.check.verdict]++;
      return turn.write(event.lab, text.check(event.check));
    },
    'lab-end'(event) {
      const { tally, expected } = Object.assign(lab(event.lab), { outcome: event.outcome });
      const end = text.labEnd(event, expected === undefined ? undefined : tally);
      return turn.write(event.lab, end) + turn.finish(event.lab);
    },
    'run-end'(event) {
      const rest = turn.flush();
      if (labs.size < 2) return rest;
      const all = [...labs].map(([name, { outcome }]) => ({ lab: name, outcome }));
      const sum = [...labs.values()].map(({ tally }) => tally).reduce(addTally, emptyTally());
      return rest + text.total(all, sum, event.durationMs);
    },
  };

  function progress(columns: number): string {
    const name = turn.current();
    const known = name === undefined ? undefined : labs.get(name);
    if (name === undefined || known === undefined) return '';
    const { tally, expected, step = 'starting' } = known;
    const doing = expected === undefined ? step : `${tallySize(tally)} of ${expected} checks`;
    const mark = options.unicode ? ' …' : ' ...';
    return shortened(`${text.line(name)}: ${text.line(doing)}`, Math.max(20, columns - 40)) + mark;
  }

  function replaced(written: string, next: string): string {
    if (written === '' && next === shown) return '';
    const erase = shown === '' ? '' : '\r\x1b[K';
    shown = next;
    return erase + written + (next === '' ? '' : dim(next));
  }

  return {
    event(event: Event) {
      const written = formatted(formatters, event);
      return options.progress ? replaced(written, progress(options.progress.columns)) : written;
    },
    end: () => replaced(turn.flush(), ''),
  };
}
