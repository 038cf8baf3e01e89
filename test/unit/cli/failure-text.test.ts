import { describe, expect, it } from 'vitest';
import { explained } from '../../../src/cli/failure-text.ts';
import { Failure } from '../../../src/run/failure.ts';

const run = { exit: 'run', debug: false } as const;

describe('what a person is told', () => {
  it('is what happened and what to do next', () => {
    const failure = new Failure('lacking', 'no vxlan in this kernel', ['modprobe vxlan']);
    expect(explained(failure, run)).toEqual({
      text: 'lab: no vxlan in this kernel\n  modprobe vxlan\n',
      exitCode: 4,
    });
  });

  it('about a lab file begins with the place, as compilers print it', () => {
    const failure = new Failure('usage', 'labs/x/lab.yaml:3:5: unknown key\nlabs/x/lab.yaml:9:1: other');
    expect(explained(failure, run).text).toBe(
      'labs/x/lab.yaml:3:5: unknown key\nlabs/x/lab.yaml:9:1: other\n',
    );
  });

  it('about a defect is one line, without a stack trace unless asked for', () => {
    const defect = new TypeError('x is not a function\n    at somewhere');
    const { text, exitCode } = explained(defect, run);
    expect(text).toMatch(/^lab: internal error: x is not a function\n {2}WIRELAB_DEBUG=1 .*\n$/);
    expect(exitCode).toBe(3);
    expect(explained(defect, { ...run, debug: true }).text).toContain('failure-text.test.ts');
    expect(explained('just a word', run).text).toContain('internal error: just a word');
  });

  it('inside a lab has the exit code 125 of env(1), whatever it is', () => {
    const enter = { exit: 'enter', debug: false } as const;
    expect(explained(new Failure('usage', 'x'), enter).exitCode).toBe(125);
    expect(explained(new Failure('lacking', 'x'), enter).exitCode).toBe(125);
    expect(explained(new Error('x'), enter).exitCode).toBe(125);
  });

  it('moves no cursor', () => {
    expect(explained(new Failure('usage', 'found "\x1b[2J"'), run).text).toBe('lab: found "\\x1b[2J"\n');
  });
});
