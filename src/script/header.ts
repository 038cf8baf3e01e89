import type { KernelState } from '../kernel/state.ts';
import type { Lab } from '../lab/lab.ts';
import { commandText } from './command-text.ts';
import { comment, said } from './comment.ts';
import { firstTry } from './first-try.ts';

/** What the script is, how it is used and what it needs. It is what `--help` prints, too. */
export function header(lab: Lab, state: KernelState, needed: ReadonlyMap<string, readonly string[]>): string {
  const file = `./${lab.name}.sh`;
  const example = commandText([file, ...firstTry(state)]).trimEnd();
  const packages = [...needed].map(([name, programs]) =>
    programs.join() === name ? name : `${name} (${programs.join(', ')})`,
  );
  const needs = `It needs Linux, bash, ${[...packages, ...lab.requires.binaries].join(', ')}. It runs as root, and as anybody else where the kernel lets ordinary users make user namespaces.`;
  return `#!/usr/bin/env bash
#
${comment([`${lab.name}: ${lab.summary}`])}#
# This script builds that network out of network namespaces, command by command as one would type it, runs
# something in it, and leaves nothing behind. The machine's own network is not touched; files are the machine's own.
#
#   ${file}
#       a shell in it: \`ip netns\` lists the machines and pods, \`ip netns exec NAME bash\` sits down at one;
#       without a terminal, commands are read from standard input
#   ${example}
#       one command; what follows is the command with its arguments, as for env(1)
#
${said(needs)}#
# It ends with the command's own exit status; 128+n: signal n ended it; 127: there is no such command; 126: it
# cannot be run; 125: the network could not be built.

set -euo pipefail
`;
}
