import { writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { PictureFormat } from '../graph/format.ts';
import { look } from '../report/look.ts';
import { Failure } from '../run/failure.ts';
import type { Arguments } from './arguments.ts';
import { exitCodes } from './exit-code.ts';
import { labFile, readLab } from './lab-word.ts';

/** Draws a lab from its file: nothing has to run, and nothing is touched but the file that the picture goes to. */
export async function drawLab({ lab: word = '', json, format, output }: Arguments): Promise<number> {
  if (json && format !== undefined)
    throw new Failure('usage', `--json and --format ${format} are two forms; the picture has one at a time`);
  const lab = await readLab(await labFile(word));
  const { labPicture } = await import('../graph/lab-picture.ts');
  const { rendered } = await import('../graph/format.ts');
  const toFile = output !== undefined && output !== '-';
  // A file is read by an editor or a browser, which knows UTF-8; a terminal may not.
  const { unicode } = toFile ? { unicode: true } : look(process.env, process.stdout);
  const form = format ?? (json ? 'json' : ((toFile ? formatOf(output) : undefined) ?? 'text'));
  const text = rendered(labPicture(lab), form, { unicode });
  if (toFile) write(output, text);
  else process.stdout.write(text);
  return exitCodes.good;
}

const byExtension: Record<string, PictureFormat> = {
  '.svg': 'svg',
  '.dot': 'dot',
  '.gv': 'dot',
  '.mmd': 'mermaid',
  '.mermaid': 'mermaid',
  '.json': 'json',
};

/** The name of the file says what is meant to be in it, where no option does. */
function formatOf(file: string): PictureFormat | undefined {
  return byExtension[extname(file).toLowerCase()];
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new Failure('usage', `cannot write the picture: ${(error as Error).message}`);
  }
}
