import { look, marks, paint } from '../report/look.ts';
import { visible } from '../report/visible.ts';
import type { Finding } from '../lifecycle/doctor.ts';
import type { Arguments } from './arguments.ts';
import { exitCodes } from './exit-code.ts';

/** 0: labs can be built here. 4: something that every lab needs is missing. */
export async function examine({ json }: Arguments): Promise<number> {
  const { doctor } = await import('../lifecycle/doctor.ts');
  const findings = await doctor();
  process.stdout.write(json ? `${JSON.stringify(findings)}\n` : findingsText(findings));
  return lacking(findings).length === 0 ? exitCodes.good : exitCodes.skipped;
}

function lacking(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ ok, needed }) => needed && ok !== true);
}

function findingsText(findings: readonly Finding[]): string {
  const { colour, unicode } = look(process.env, process.stdout);
  const mark = marks(unicode);
  const painted = paint(colour);
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.flatMap(({ name, ok, needed, detail, fix }) => {
    const verdict = ok === true ? 'pass' : ok === false && needed ? 'fail' : 'skip';
    const sign = painted(({ pass: 'green', fail: 'red', skip: 'yellow' } as const)[verdict], mark[verdict]);
    const text = `${sign} ${name.padEnd(width)}  ${visible(detail, { ascii: !unicode })}`;
    return fix === undefined
      ? [text]
      : [text, `  ${' '.repeat(width)}  fix: ${visible(fix, { ascii: !unicode })}`];
  });
  // What could not be tried for want of something else is named only where nothing else is.
  const all = lacking(findings);
  const causes = all.filter(({ ok }) => ok === false);
  const missing = (causes.length > 0 ? causes : all).map(({ name }) => name);
  const conclusion =
    missing.length === 0
      ? painted('green', 'labs can be built here')
      : painted('red', `labs cannot be built here: ${missing.join(', ')}`);
  return `${lines.join('\n')}\n${conclusion}\n`;
}
