import { type Command, commands } from './command.ts';
import { type Option, type OptionName, options } from './option.ts';

/** A word that may stand where the cursor is. */
export interface Candidate {
  value: string;
  /** What zsh and fish show beside it. */
  describe?: string;
}

export interface Completion {
  candidates: Candidate[];
  /** Where none of them fits, files are offered. */
  files?: boolean;
  /** The words from this one on are a command of its own, which the shell completes as any other. */
  commandAt?: number;
}

/** What only the machine knows. Each is asked for only where it may stand. */
export interface NameSource {
  labs(): string[];
  /** Nodes, pods, routers and hosts of the lab that this word means. */
  places(lab: string): Promise<string[]>;
  /** Devices of one of them. */
  devices(lab: string, place: string): Promise<string[]>;
}

/** What the words of a command line stand for, up to the one at the cursor. */
interface Walk {
  command?: Command;
  own: string[];
  given: Set<string>;
  /** The option whose value comes next. */
  pending?: OptionName;
  onlyWords: boolean;
  commandAt?: number;
}

/**
 * What may follow: commands, options and their choices from the tables that the command line itself is read with, so that a new command is
 * completed without a word here. `words` are those before the cursor's, `current` is that as far as it is typed.
 *
 *   lab │                       commands, labs
 *   lab show flannel-vxlan │    nodes and pods of that lab      (its word is called `where`)
 *   lab exec LAB node1 -- │     the shell's own completion of a command
 */
export async function completion(
  words: readonly string[],
  current: string,
  names: NameSource,
  table: readonly Command[] = commands,
): Promise<Completion> {
  const { command, own, given, pending, onlyWords, commandAt } = walked(words, table);
  if (commandAt !== undefined) return { candidates: [], commandAt };
  if (pending !== undefined) return optionValue(options[pending]);
  const [, option] = /^--([^=]+)=/.exec(current) ?? [];
  if (!onlyWords && option !== undefined && option in options) {
    const { candidates, files } = optionValue(options[option as OptionName]);
    const whole = candidates.map((one) => ({ ...one, value: `--${option}=${one.value}` }));
    return { candidates: whole, ...(files ? { files } : {}) };
  }
  if (!onlyWords && current.startsWith('-'))
    return { candidates: optionWords(command ?? runOf(table), given) };
  if (command === undefined) {
    const all = table.map(({ name, summary }) => ({ value: name, describe: summary }));
    return { candidates: [...all, ...labWords(names)], files: true };
  }
  if (takesCommand(command) && own.length === wordNames(command).length)
    return { candidates: [{ value: '--', describe: 'the command comes next' }] };
  return await ownWord(command, own, current, names);
}

function walked(words: readonly string[], table: readonly Command[]): Walk {
  const walk: Walk = { own: [], given: new Set(), onlyWords: false };
  for (const [index, word] of words.entries()) {
    const { command } = walk;
    // `npm run lab -- ...`
    if (index === 0 && word === '--') continue;
    if (walk.pending !== undefined) delete walk.pending;
    else if (!walk.onlyWords && word === '--') {
      if (command && takesCommand(command)) return { ...walk, commandAt: index + 1 };
      walk.onlyWords = true;
    } else if (!walk.onlyWords && /^-./.test(word)) {
      const name = optionName(word);
      if (name === undefined) continue;
      walk.given.add(name);
      if (options[name].type !== 'boolean' && !word.includes('=')) walk.pending = name;
    } else if (command === undefined) {
      const named = table.find(({ name }) => name === word);
      const meant = named ?? runOf(table);
      if (meant) walk.command = meant;
      if (!named) walk.own.push(word);
    } else if (takesCommand(command) && walk.own.length === wordNames(command).length) {
      return { ...walk, commandAt: index };
    } else walk.own.push(word);
  }
  return walk;
}

/** The word run may be left out. */
function runOf(table: readonly Command[]): Command | undefined {
  return table.find(({ name }) => name === 'run');
}

function takesCommand({ shown }: Command): boolean {
  return shown?.includes(' -- ') ?? false;
}

function wordNames({ words }: Command): string[] {
  return words.match(/\w+/g) ?? [];
}

function optionName(word: string): OptionName | undefined {
  const bare = word.replace(/^--?/, '').replace(/=.*$/s, '');
  const entries = Object.entries(options as Record<string, Option>);
  const found = word.startsWith('--')
    ? entries.find(([name]) => name === bare)
    : entries.find(([, { short }]) => short === bare);
  return found?.[0] as OptionName | undefined;
}

function optionWords(command: Command | undefined, given: ReadonlySet<string>): Candidate[] {
  return (command?.options ?? [])
    .filter((name) => !given.has(name))
    .map((name) => ({ value: `--${name}`, describe: options[name].describe }));
}

function optionValue({ choices, value }: Option): Completion {
  const candidates = (choices ?? []).map((choice) => ({ value: choice }));
  return { candidates, ...(value === 'FILE' ? { files: true } : {}) };
}

function labWords(names: NameSource): Candidate[] {
  return names.labs().map((value) => ({ value, describe: 'lab' }));
}

/** The next of the command's own words. What it may be says its name, or else the help: `[all|links|routes]`. */
async function ownWord(
  command: Command,
  own: readonly string[],
  current: string,
  names: NameSource,
): Promise<Completion> {
  const all = wordNames(command);
  const several = command.words.includes('..');
  const name = all[own.length] ?? (several ? all.at(-1) : undefined);
  const lab = own[0] ?? '';
  switch (name) {
    case undefined:
      return { candidates: [] };
    case 'lab':
      return { candidates: labWords(names), files: true };
    case 'labs':
      return { candidates: labWords(names).filter(({ value }) => !own.includes(value)), files: true };
    case 'file':
      return { candidates: [], files: true };
    case 'where':
    case 'places': {
      const [, place] = /^([^/]*)\//.exec(current) ?? [];
      if (place !== undefined && command.shown?.includes('/device')) {
        const devices = await names.devices(lab, place);
        return { candidates: devices.map((device) => ({ value: `${place}/${device}` })) };
      }
      const places = (await names.places(lab)).filter((value) => !several || !own.includes(value));
      return { candidates: [...choicesOf(command, own.length), ...places.map((value) => ({ value }))] };
    }
    default:
      return { candidates: choicesOf(command, own.length) };
  }
}

/** What the help lists for a word that is neither a lab nor a place: `<bash|zsh|fish>`. */
function choicesOf({ shown = '' }: Command, index: number): Candidate[] {
  const word = shown.split(/\s+/)[index] ?? '';
  const choices = word.replaceAll(/[<>[\]]|\.\.\.$/g, '').split('|');
  const listed = choices.length > 1 && choices.every((choice) => /^[a-z][\w.-]*$/.test(choice));
  return listed ? choices.filter((choice) => !placeNouns.has(choice)).map((value) => ({ value })) : [];
}

/** Nouns of the help that stand for names. */
const placeNouns = new Set(['lab', 'node', 'pod', 'router', 'host', 'file', 'device']);
