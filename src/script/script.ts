import { agentConfig } from '../agent/config.ts';
import { kernelState } from '../component/kernel-state.ts';
import type { Lab } from '../lab/lab.ts';
import { answering } from './answering.ts';
import { commandText } from './command-text.ts';
import { said, subtitled, titled } from './comment.ts';
import { ending } from './ending.ts';
import { header } from './header.ts';
import { names } from './names.ts';
import { programs } from './programs.ts';
import type { Part, Section } from './section.ts';
import { sections } from './sections.ts';
import { world } from './world.ts';

/**
 * A lab as one bash script that needs nothing of this project: it makes namespaces for itself, builds the lab in them as a person would, command by
 * command, then runs its arguments or a shell. The same lab gives the same text. Pure: nothing is run or touched.
 *
 *   header ─ world ─ underlay ─ pods ─ flannel ─ names ─ flanneld ─ ending
 */
export function labScript(lab: Lab): string {
  const state = kernelState(lab.cluster);
  const steps = sections(state);
  const needed = programs(steps);
  const texts = [
    header(lab, state, needed),
    world(needed),
    ...steps.map(sectionText),
    names(state),
    answering(agentConfig(lab)),
    ending(lab, state),
  ];
  return texts.filter((text) => text !== '').join('\n');
}

/** The same as data, for programs: what is built, without what is around it. */
export const labSections = (lab: Lab): Section[] => sections(kernelState(lab.cluster));

const sectionText = ({ title, idea, drawing, parts }: Section): string =>
  [titled(title, idea, drawing), ...parts.map(partText)].join('\n');

function partText({ namespace, owner, steps }: Part): string {
  const texts = steps.map(({ why, commands }) => said(why) + commands.map(commandText).join(''));
  return [subtitled(`${namespace}, ${owner}`), ...texts].join('\n');
}
