import { relative } from 'node:path';
import { visible } from '../report/visible.ts';
import type { Arguments } from './arguments.ts';
import { exitCodes } from './exit-code.ts';
import { labFile, readLab } from './lab-word.ts';

/** Reads a lab file with everything that it names, and touches nothing. */
export async function validateFile({ file: word = '', json }: Arguments): Promise<number> {
  const { LabFileError } = await import('../lab/problem.ts');
  const file = await labFile(word);
  try {
    const { name, cluster, checks } = await readLab(file);
    if (json) {
      const counts = { nodes: cluster.nodes.length, pods: cluster.pods.length, checks: checks.length };
      process.stdout.write(`${JSON.stringify({ file, valid: true, name, ...counts, problems: [] })}\n`);
    } else {
      const path = relative(process.cwd(), file);
      const shown = visible(path.startsWith('..') ? file : path);
      const counts = `${cluster.nodes.length} nodes, ${cluster.pods.length} pods, ${checks.length} checks`;
      process.stdout.write(`${shown}: good (${counts})\n`);
    }
    return exitCodes.good;
  } catch (error) {
    if (!json || !(error instanceof LabFileError)) throw error;
    process.stdout.write(`${JSON.stringify({ file, valid: false, problems: error.problems })}\n`);
    return exitCodes.usage;
  }
}
