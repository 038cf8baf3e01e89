import { writeSync } from 'node:fs';
import { version } from './project.ts';

// The way in. `--version` is answered before anything else is loaded: yargs alone takes longer to load than Node takes to start.
const words = process.argv.slice(2);
if (words[0] === '--version' || words[0] === '-V') writeSync(1, `${version()}\n`);
else if (words[0] === '--complete') void complete();
else void start();

/** While somebody types: neither yargs nor zod are loaded for what needs none of them. */
async function complete(): Promise<void> {
  await (await import('./complete.ts')).complete(words.slice(1));
}

async function start(): Promise<void> {
  const { program } = await import('./program.ts');
  await program(words);
}
