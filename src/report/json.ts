import type { Event } from '../run/event.ts';
import type { Formatter } from './formatter.ts';

/**
 * JSON lines: one event on each line, with the fields of src/run/event.ts as they are there and `time` before them (ISO 8601, UTC, milliseconds).
 *
 *   {"time":"2024-05-01T09:30:00.125Z","type":"check","lab":"flannel-vxlan","check":{"number":1,"title":"...","kind":"ping","verdict":"pass",...}}
 *
 *   type        fields
 *   command     lab, namespace?, argv[], input?, exitCode, durationMs            (only with --verbose)
 *   step        lab, step, detail?, durationMs
 *   progress    never: it is for a terminal
 *   note        lab?, level (info, warning, error), text
 *   lab-start   lab, summary, checks
 *   check       lab, check {number, title, kind, verdict (pass, xfail, skip, fail), durationMs, attempts, reason?, want[]?, got[]?, evidence[]?,
 *               evidenceDirectory?, attachments[]?}
 *   lab-end     lab, outcome (good, failed, not-built, skipped, invalid, interrupted), reason?, durationMs
 *   run-end     exitCode, durationMs
 */
export interface JsonOptions {
  now: () => Date;
  verbose: boolean;
}

export function jsonFormatter({ now, verbose }: JsonOptions): Formatter {
  return {
    event: (event: Event) =>
      event.type === 'progress' || (event.type === 'command' && !verbose)
        ? ''
        : `${terminalSafe(JSON.stringify({ time: now().toISOString(), ...event }))}\n`,
    end: () => '',
  };
}

/**
 * JSON.stringify leaves DEL, the C1 controls and reordering characters as they are; a terminal obeys them. They can stand only inside strings, where
 * \uNNNN means the same.
 */
function terminalSafe(json: string): string {
  return json.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\n'
      ? character
      : Array.from(
          { length: character.length },
          (_, unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`,
        ).join(''),
  );
}
