/**
 * The one event stream. Whatever happens is an event of this union; the human view, JSON lines, TAP and JUnit are formatters over it.
 * `lab` is the lab's name, times are milliseconds.
 */
export type Event =
  | CommandEvent
  | StepEvent
  | ProgressEvent
  | LabStartEvent
  | CheckEvent
  | LabEndEvent
  | RunEndEvent
  | NoteEvent;

/** A command as it could be typed; shown by --verbose. */
export interface CommandEvent {
  type: 'command';
  lab: string;
  /** Namespace it ran in; absent: the sandbox's own. */
  namespace?: string;
  argv: string[];
  /** What it was given on standard input (a batch), if anything. */
  input?: string;
  exitCode: number;
  durationMs: number;
}

/** One part of the work has been done, e.g. `sandbox`, `links`, `agents`, `removed`. */
export interface StepEvent {
  type: 'step';
  lab: string;
  step: string;
  /** e.g. `11 namespaces, 9 veth pairs` */
  detail?: string;
  durationMs: number;
}

/** How far a long piece of work has come: for somebody who waits at a terminal, and for nobody else. */
export interface ProgressEvent {
  type: 'progress';
  lab: string;
  /** e.g. `1020 veth pairs` */
  doing: string;
  /** Absent where there is nothing to count on the way. */
  count?: { done: number; of: number };
}

/** Words for the reader: where to look next, what was skipped and why, a warning. */
export interface NoteEvent {
  type: 'note';
  lab?: string;
  level: 'info' | 'warning' | 'error';
  text: string;
}

/** A lab is about to be worked on; `checks` is how many CheckEvents will follow. */
export interface LabStartEvent {
  type: 'lab-start';
  lab: string;
  summary: string;
  checks: number;
}

export interface CheckEvent {
  type: 'check';
  lab: string;
  check: CheckResult;
}

/** From best to worst; a lab's verdict is the worst of its checks'. */
export type Verdict = 'pass' | 'xfail' | 'skip' | 'fail';

export interface CheckResult {
  /** Stable within the lab file: its position, from 1. */
  number: number;
  /** One line, a sentence about the network. */
  title: string;
  /** The kind of check: ping, packet, neighbour ... */
  kind: string;
  verdict: Verdict;
  durationMs: number;
  /** How often it was tried until the verdict. */
  attempts: number;
  /** Why it was skipped. */
  reason?: string;
  /** What was expected, for a failed check. */
  want?: string[];
  /** What was seen instead. */
  got?: string[];
  /** The nearest causes: the missing row, the last device that saw the packet. */
  evidence?: string[];
  /** Directory with pcap files, tables and agent logs. */
  evidenceDirectory?: string;
  /** Files in it, relative to it. */
  attachments?: string[];
}

/** A lab is finished with; `outcome` says how far it came. */
export interface LabEndEvent {
  type: 'lab-end';
  lab: string;
  outcome: 'good' | 'failed' | 'not-built' | 'skipped' | 'invalid' | 'interrupted';
  /** What has been done with it, where nothing was verified: `up` (default), `repaired`. */
  done?: string;
  /** Why it could not be built, was skipped or was interrupted. */
  reason?: string;
  durationMs: number;
}

/** The last event of a run. */
export interface RunEndEvent {
  type: 'run-end';
  exitCode: number;
  durationMs: number;
}

export type Emit = (event: Event) => void;
