import type { Event } from '../run/event.ts';
import { shellCommand } from '../run/shell-quote.ts';
import { type EventFormatters, type Formatter, formatted } from './formatter.ts';
import { type Case, checkCase, endCase, errorCase } from './junit-case.ts';
import { shortened, visible, visibleLines } from './visible.ts';
import { type Element, element, xmlDocument } from './xml.ts';

export interface JunitOptions {
  now: () => Date;
  /** Commands and steps go into a lab's system-out. */
  verbose: boolean;
}

/** Characters that a failure's text and a suite's system-out may have: enough to read, little enough for every consumer. */
const longestText = 64 * 1024;

interface Suite {
  lab: string;
  timestamp: string;
  cases: Case[];
  output: string[];
  durationMs?: number;
}

/**
 * JUnit XML as Jenkins' junit-10.xsd has it, written when the run is over: one testsuite for each lab, one testcase for each check; a lab that could not
 * be built is the testcase `build` with an error. Times are seconds, time stamps UTC without a zone, files that belong to a failure are
 * `[[ATTACHMENT|path]]` lines in its system-out.
 */
export function junitFormatter({ now, verbose }: JunitOptions): Formatter {
  const suites = new Map<string, Suite>();
  let runMs: number | undefined;

  function suite(lab: string): Suite {
    let known = suites.get(lab);
    if (!known) {
      known = { lab, timestamp: now().toISOString().slice(0, 19), cases: [], output: [] };
      suites.set(lab, known);
    }
    return known;
  }

  function output(lab: string | undefined, text: string): void {
    if (lab !== undefined) suite(lab).output.push(...visibleLines(text));
  }

  const formatters: EventFormatters = {
    command: (event) => {
      const where = event.namespace === undefined ? '' : `in ${event.namespace}: `;
      if (verbose) output(event.lab, `# ${where}${shellCommand(event.argv, event.input)}`);
      return '';
    },
    step: (event) => {
      if (verbose)
        output(event.lab, `# ${event.step}${event.detail === undefined ? '' : `: ${event.detail}`}`);
      return '';
    },
    progress: () => '',
    note: (event) => {
      output(event.lab, event.level === 'info' ? event.text : `${event.level}: ${event.text}`);
      return '';
    },
    'lab-start': (event) => {
      output(event.lab, event.summary);
      return '';
    },
    check: (event) => {
      suite(event.lab).cases.push(checkCase(event.check));
      return '';
    },
    'lab-end': (event) => {
      const ended = suite(event.lab);
      ended.durationMs = event.durationMs;
      const extra = endCase(event, ended.cases);
      if (extra) ended.cases.push(extra);
      return '';
    },
    'run-end': (event) => {
      runMs = event.durationMs;
      return '';
    },
  };

  return {
    event: (event: Event) => formatted(formatters, event),
    end() {
      for (const one of suites.values()) {
        if (one.durationMs === undefined)
          one.cases.push(errorCase('did not finish', 'the lab did not finish'));
      }
      return xmlDocument(testsuites([...suites.values()], runMs));
    },
  };
}

function testsuites(suites: Suite[], runMs: number | undefined): Element {
  const all = suites.flatMap((suite) => suite.cases);
  const sumMs = suites.reduce((sum, suite) => sum + suiteMs(suite), 0);
  // No `skipped` here: the schema has it only on testsuite.
  const { tests, failures, errors } = counts(all);
  return element(
    'testsuites',
    { name: 'wirelab', tests, failures, errors, time: time(runMs ?? sumMs) },
    suites.map(testsuite),
  );
}

function testsuite(suite: Suite): Element {
  const output = suite.output.join('\n');
  return element(
    'testsuite',
    {
      name: visible(suite.lab),
      ...counts(suite.cases),
      time: time(suiteMs(suite)),
      timestamp: suite.timestamp,
    },
    [
      ...suite.cases.map((one) => testcase(suite.lab, one)),
      ...(output === '' ? [] : [element('system-out', {}, [shortened(output, longestText)])]),
    ],
  );
}

function testcase(lab: string, one: Case): Element {
  const children: Element[] = [];
  if (one.result !== 'pass') {
    const attributes = { message: line(one.message), type: line(one.type) };
    children.push(element(one.result, attributes, one.text === '' ? [] : [shortened(one.text, longestText)]));
  }
  if (one.attachments.length > 0) {
    const text = one.attachments.map((path) => `[[ATTACHMENT|${visible(path)}]]`).join('\n');
    children.push(element('system-out', {}, [shortened(text, longestText)]));
  }
  return element(
    'testcase',
    { name: line(one.name), classname: visible(lab), time: time(one.durationMs) },
    children,
  );
}

function line(text: string): string {
  return shortened(visible(text), 1_000);
}

function counts(cases: Case[]): { tests: string; failures: string; errors: string; skipped: string } {
  const count = (result: Case['result']): string =>
    String(cases.filter((one) => one.result === result).length);
  return {
    tests: String(cases.length),
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
  };
}

function suiteMs(suite: Suite): number {
  return suite.durationMs ?? suite.cases.reduce((sum, one) => sum + one.durationMs, 0);
}

/** Decimal seconds, never in exponent form. */
function time(ms: number): string {
  return (Math.max(0, ms) / 1000).toFixed(3);
}
