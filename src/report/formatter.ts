import type { Event } from '../run/event.ts';

/** Events in, text out; no I/O. */
export interface Formatter {
  /** What is to be written now; may be empty. */
  event(event: Event): string;
  /** What is to be written when no event follows any more. */
  end(): string;
}

/** One function for each kind of event: a new kind that a formatter does not know is a type error. */
export type EventFormatters = {
  [Type in Event['type']]: (event: Extract<Event, { type: Type }>) => string;
};

export function formatted(formatters: EventFormatters, event: Event): string {
  return (formatters[event.type] as (event: Event) => string)(event);
}
