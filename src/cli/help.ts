import type { Argv } from 'yargs';
import { type Command, commands } from './command.ts';
import { options } from './option.ts';
import { launcher, typed } from './wording.ts';

const runCodes = `Exit codes:
  0  good
  1  a check failed, or diff found something
  2  wrong words or a wrong lab file; nothing was touched
  3  could not be built; everything was rolled back
  4  everything was skipped: this machine lacks something, which is named
Of several labs the worst counts: 2, 3, 1, 0.`;

const enterCodes = `Exit codes of exec and shell, as of env(1): the command's own, or
  125    it could not be tried
  126    it cannot be executed
  127    it was not found
  128+n  it died of signal n`;

/** What `bin/lab` alone says: first of all the one command to try. */
export function shortHelp(
  labs: readonly string[],
  env: Record<string, string | undefined> = process.env,
): string {
  const first = labs.includes('flannel-vxlan') ? 'flannel-vxlan' : (labs[0] ?? 'flannel-vxlan');
  return `Try:       ${typed(first, env)}

It builds a Kubernetes network out of real network namespaces, veth pairs, bridges and VXLAN devices
on this machine, proves it with real packets, and leaves it running for you to look around. The
machine's own network is not touched.

Labs:      ${labs.length > 0 ? labs.join(' ') : 'none are here'}
Look in:   ${typed(`shell ${first} node1`, env)}
Remove:    ${typed(`down ${first}`, env)}
All else:  ${typed('--help', env)}
`;
}

/** What a help says besides words and options. */
export function described(parser: Argv, command: Command | undefined): Argv {
  const common = parser
    .scriptName(launcher())
    .locale('en')
    .help(false)
    .version(false)
    .wrap(Math.min(100, process.stdout.columns || 100))
    .updateStrings({ 'Positionals:': 'Words:' });
  if (command) {
    const words = `${command.name} ${command.shown ?? command.words}`.trimEnd();
    return common
      .usage(`${typed(words)}\n\n${command.summary}`)
      .epilogue(command.exit === 'enter' ? enterCodes : runCodes);
  }
  return common
    .usage(`${launcher()} <lab>\n\n${commands[0]?.summary}`)
    .epilogue(`${runCodes}\n${enterCodes}\n\n${typed('<command> --help')} says more about a command.`);
}

/** Every command for the general help; nothing is run through these. */
export function listed(parser: Argv): Argv {
  for (const { name, words, shown, summary } of commands) {
    const command = `${name} ${shown ?? words}`.trimEnd();
    parser.command({ command, describe: summary, handler: () => undefined });
  }
  for (const name of ['help', 'json', 'verbose'] as const) {
    const { type, describe } = options[name];
    parser.option(name, { type, describe });
  }
  return parser;
}
