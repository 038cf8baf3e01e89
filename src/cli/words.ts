import { nearestFew } from '../model/names.ts';
import { type Command, commands } from './command.ts';
import { type Option, type OptionName, options } from './option.ts';

/**
 * The words of a command line, sorted before yargs reads them: which command it is, which words are its own, and what belongs to the program that
 * `exec` starts, or to `capture`'s filter. The last are kept exactly as they came.
 *
 *   exec flannel-vxlan node1 -- ip -d link      command exec, own words flannel-vxlan node1, argv ip -d link
 *   exec flannel-vxlan node1 ip -d link         the same: npm takes the first -- away
 *   capture flannel-vxlan node1 -- icmp         command capture, own words flannel-vxlan node1, argv icmp
 *   --json flannel-vxlan                        command run, own word flannel-vxlan, option --json
 */
export interface Words {
  kind: 'words';
  /** Absent where there is no first word. */
  command?: Command;
  /** The words behind the command's name. */
  own: string[];
  /** Options as yargs takes them: `--jobs=3`. */
  options: string[];
  argv: string[];
  help: boolean;
}

/** The first word is neither a command nor a lab. */
export interface StrangeWord {
  kind: 'strange-word';
  word: string;
}

export interface WrongOption {
  kind: 'wrong-option';
  problem: string;
  command?: Command;
}

/** `isLab` says whether a first word that is no command names a lab. */
export function sortedWords(
  words: readonly string[],
  isLab: (word: string) => boolean,
): Words | StrangeWord | WrongOption {
  const sorted: Words = { kind: 'words', own: [], options: [], argv: [], help: false };
  const given: GivenOption[] = [];
  let strange: string | undefined;
  let onlyWords = false;

  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string;
    const command = sorted.command;
    if (!onlyWords && word === '--') {
      if (command?.name !== 'exec' && command?.name !== 'capture') {
        onlyWords = true;
        continue;
      }
      sorted.argv = words.slice(index + 1);
      break;
    }
    if (!onlyWords && /^-./s.test(word)) {
      const option = givenOption(word, words[index + 1]);
      given.push(option);
      if (option.tookNext) index++;
      if (option.name === 'help') sorted.help = true;
    } else if (command?.name === 'exec' && sorted.own.length === 2) {
      sorted.argv = words.slice(index);
      break;
    } else if (command !== undefined || strange !== undefined) {
      sorted.own.push(word);
    } else if (word === 'help') {
      sorted.help = true;
    } else {
      const name = commands.some((one) => one.name === word) ? word : isLab(word) ? 'run' : undefined;
      const found = commands.find((one) => one.name === name);
      if (found) sorted.command = found;
      else strange = word;
      if (found && found.name !== word) sorted.own.push(word);
    }
  }

  // After an option that nobody has, its value may have been taken for the first word. Which of the others are allowed depends on that word.
  const unknown = given.some(({ name }) => name === undefined);
  if (strange !== undefined && !unknown) return { kind: 'strange-word', word: strange };
  const problem = given
    .map((option) => optionProblem(option, sorted.command))
    .find((text) => text !== undefined);
  if (problem !== undefined) {
    return { kind: 'wrong-option', problem, ...(sorted.command ? { command: sorted.command } : {}) };
  }
  sorted.options = given.filter(({ name }) => name !== 'help').map(({ asYargs }) => asYargs);
  return sorted;
}

interface GivenOption {
  /** Absent: there is no such option. */
  name?: OptionName;
  /** As it was written. */
  word: string;
  tookNext: boolean;
  asYargs: string;
  problem?: string;
}

function givenOption(word: string, next: string | undefined): GivenOption {
  const [, dashes = '', key = '', , value] = /^(--?)([^=]*)(=(.*))?$/s.exec(word) ?? [];
  const entry = Object.entries(options as Record<string, Option>).find(([name, option]) =>
    dashes === '--' ? name === key : option.short === key,
  );
  const given = { word, tookNext: false, asYargs: word };
  if (!entry) return given;
  const [name, option] = entry as [OptionName, Option];
  if (option.type === 'boolean') {
    const wrong = value !== undefined && !/^(true|false)$/.test(value);
    return {
      ...given,
      name,
      asYargs: `--${name}=${value ?? 'true'}`,
      ...(wrong ? { problem: `--${name} takes no value` } : {}),
    };
  }
  const tookNext = value === undefined && next !== undefined && !next.startsWith('--');
  const text = tookNext ? next : value;
  const problem =
    text === undefined || text === ''
      ? `--${name} needs a value: --${name} ${option.value}`
      : valueProblem(name, option, text);
  return {
    ...given,
    name,
    tookNext,
    asYargs: `--${name}=${text}`,
    ...(problem === undefined ? {} : { problem }),
  };
}

function valueProblem(name: string, { choices, type }: Option, text: string): string | undefined {
  if (type === 'number' && !/^[1-9]\d{0,5}$/.test(text))
    return `--${name} needs a whole number from 1; found ${text}`;
  if (!choices || choices.includes(text)) return undefined;
  const near = nearestFew(text, choices, 1)[0];
  return `--${name} has no ${text}; ${near === undefined ? `there are ${choices.join(' ')}` : `did you mean ${near}?`}`;
}

function optionProblem(
  { name, word, problem }: GivenOption,
  command: Command | undefined,
): string | undefined {
  const allowed: readonly OptionName[] = command?.options ?? (Object.keys(options) as OptionName[]);
  if (name !== undefined && allowed.includes(name)) return problem;
  const of = command === undefined ? '' : ` for ${command.name}`;
  const bare = word.replace(/^-+/, '').replace(/=.*$/s, '');
  const near = name === undefined ? nearestFew(bare, allowed).map((one) => `--${one}`) : [];
  const known = allowed.map((one) => `--${one}`).join(' ');
  return `there is no option ${word}${of}; ${near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there are ${known}`}`;
}
