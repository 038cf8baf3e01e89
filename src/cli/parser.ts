import yargs, { type Argv } from 'yargs';
import type { PictureFormat } from '../graph/format.ts';
import type { ReporterName } from '../report/reporter.ts';
import { visible } from '../report/visible.ts';
import { Failure } from '../run/failure.ts';
import type { Arguments } from './arguments.ts';
import type { Command } from './command.ts';
import { described, listed } from './help.ts';
import { type Option, type OptionName, options } from './option.ts';
import type { Words } from './words.ts';
import { typed } from './wording.ts';

/** What a word is, for the help. */
const wordMeanings: Record<string, string> = {
  lab: 'a name under labs/, or the path of a lab directory or file',
  labs: 'names under labs/, or paths of lab directories or files',
  where: 'a node, pod, router or host: its name, or as much of it as is unambiguous',
  table: 'links, addresses, routes, neighbours, fdb, iptables, sysctls, others or all (default)',
  places: 'nodes and pods, or single devices as node1/eth0; then a filter as for tcpdump',
  file: 'a lab file, or the directory that it is in',
  shell: 'bash, zsh or fish',
};

export async function helpText(command: Command | undefined): Promise<string> {
  const parser = described(yargs([]), command);
  return `${(await (command ? declared(parser, command) : listed(parser)).getHelp()).trimEnd()}\n`;
}

/** The words as the command wants them. Throws Failure (usage). */
export async function argumentsOf(
  command: Command,
  { own, options: given, argv }: Words,
): Promise<Arguments> {
  const wrong = (message: string): Failure =>
    new Failure('usage', message, [typed(`${command.name} ${command.shown ?? command.words}`.trimEnd())]);
  const { required, most } = wordCount(command);
  if (own.length < required) throw wrong(`${command.name} needs ${command.shown ?? command.words}`);
  const extra = own[most] ?? own.find((word) => /^-./s.test(word));
  if (extra !== undefined)
    throw wrong(`${command.name} has no use for the word ${visible(JSON.stringify(extra))}`);

  const parser = declared(described(yargs([]), command), command)
    .parserConfiguration({
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'boolean-negation': false,
      'short-option-groups': false,
      'duplicate-arguments-array': false,
    })
    .strict()
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      throw error ?? wrong(message ?? 'these words make no sense');
    });
  const read = (await parser.parseAsync([...given, ...own])) as Partial<Record<string, unknown>>;
  return {
    ...(read['lab'] === undefined ? {} : { lab: read['lab'] as string }),
    // Of several words yargs keeps the last where options are not collected either.
    ...(own.length > 0 && wordNames(command).includes('labs') ? { labs: own } : {}),
    ...(read['where'] === undefined ? {} : { where: read['where'] as string }),
    ...(read['table'] === undefined ? {} : { table: read['table'] as string }),
    ...(read['as'] === undefined ? {} : { as: read['as'] as string }),
    ...(read['file'] === undefined ? {} : { file: read['file'] as string }),
    ...(read['shell'] === undefined ? {} : { shell: read['shell'] as string }),
    ...(read['reporter'] === undefined ? {} : { reporter: read['reporter'] as ReporterName }),
    ...(read['output'] === undefined ? {} : { output: read['output'] as string }),
    ...(read['format'] === undefined ? {} : { format: read['format'] as PictureFormat }),
    ...(read['nodes'] === undefined ? {} : { nodes: read['nodes'] as number }),
    ...(read['pods'] === undefined ? {} : { pods: read['pods'] as number }),
    ...(read['era'] === undefined ? {} : { era: read['era'] as 'current' | 'v0.7' }),
    ...(wordNames(command).includes('places') ? { places: own.slice(1) } : {}),
    ...(read['write'] === undefined ? {} : { write: read['write'] as string }),
    ...(read['count'] === undefined ? {} : { count: read['count'] as number }),
    ...(read['for'] === undefined ? {} : { for: read['for'] as string }),
    relative: read['relative'] === true,
    outer: read['outer'] === true,
    ...(read['jobs'] === undefined ? {} : { jobs: read['jobs'] as number }),
    json: read['json'] === true,
    verbose: read['verbose'] === true,
    slow: read['slow'] === true,
    strictSkip: read['strict-skip'] === true,
    all: read['all'] === true,
    follow: read['follow'] === true,
    argv,
  };
}

/** The command's words and options, for yargs: as its default command, because which command it is has been found out already. */
function declared(parser: Argv, command: Command): Argv {
  return parser.command({
    command: `$0 ${command.words}`.trimEnd(),
    describe: command.summary,
    builder(inner: Argv) {
      for (const name of wordNames(command)) {
        const meaning = wordMeanings[name];
        inner.positional(name, { type: 'string', ...(meaning === undefined ? {} : { describe: meaning }) });
      }
      return withOptions(inner, command.options);
    },
    handler: () => undefined,
  });
}

function withOptions(parser: Argv, names: readonly OptionName[]): Argv {
  for (const name of names) {
    const { short, choices, type, describe }: Option = options[name];
    parser.option(name, {
      type,
      describe,
      ...(short === undefined ? {} : { alias: short }),
      ...(choices === undefined ? {} : { choices }),
    });
  }
  return parser;
}

function wordNames({ words }: Command): string[] {
  return words.match(/\w+/g) ?? [];
}

function wordCount({ words }: Command): { required: number; most: number } {
  return {
    required: words.match(/</g)?.length ?? 0,
    most: words.includes('..') ? Infinity : (words.match(/[<[]/g)?.length ?? 0),
  };
}
