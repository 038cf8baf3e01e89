import type { KernelState } from '../kernel/state.ts';
import type { Lab } from '../lab/lab.ts';
import { shellQuote } from '../run/shell-quote.ts';
import { commandText } from './command-text.ts';
import { titled } from './comment.ts';
import { firstTry } from './first-try.ts';

/** The last part of the script: what was asked for is run in the network that has been built. */
export function ending(lab: Lab, state: KernelState): string {
  const example = shellQuote(commandText(firstTry(state)).trimEnd());
  return `${titled('Run', 'Ctrl-C is from now on for the command. When it ends, process 1 does, and everything is gone.')}
trap - ERR
trap : INT TERM
status=0
if (($# > 0)); then
  env -- "$@" || status=$?
elif [[ -t 0 ]]; then
  say 'the network is there; "ip netns" lists its machines. A first thing to try:'
  say ${example}
  PS1=${shellQuote(`[${lab.name}] \\w # `)} bash --noprofile --norc -i || status=$?
else
  bash || status=$?
fi
exit "$status"
`;
}
