import { parseNeighbour } from '../../kernel/neighbour.ts';
import { neighbourMessages } from '../../packet/neighbour-message.ts';
import type { Miss } from '../spec.ts';
import { placeOf, targetAddress, type Outcome, type Surroundings } from '../surroundings.ts';
import { ping } from './ping.ts';

/**
 * flannel v0.7 on demand, seen as it happens. The check first removes the entry that an earlier packet may have left, so it passes at every
 * repeat; then one ping, and in this order:
 *
 *   no entry ─▶ the kernel asks (RTM_GETNEIGH) ─▶ the agent answers (RTM_NEWNEIGH with the lease's MAC) ─▶ the echo reply
 *
 * Without `lladdr` the address is in no lease: the kernel asks, and nobody answers.
 */
export async function miss(around: Surroundings, claim: Miss): Promise<Outcome> {
  const place = placeOf(around, claim.on);
  const cut = place.lastIndexOf('/');
  const [node, dev] = [place.slice(0, cut), place.slice(cut + 1)];
  const address = targetAddress(around, claim.to);
  const want: string[] = [];
  const got: string[] = [];
  let holds = true;
  const expect = (what: string, isSo: boolean, otherwise: string) => {
    want.push(what);
    got.push(isSo ? what : otherwise);
    holds &&= isSo;
  };

  await around.session.run(['ip', 'neighbour', 'delete', address, 'dev', dev], { namespace: node });
  const before = await entry(around, node, dev, address);
  expect(
    `no entry for ${address} on ${place} before the first packet`,
    before === undefined,
    `an entry is there: ${before}`,
  );

  const heard: { type: string; lladdr: string | undefined }[] = [];
  const hearing = around.tap.listen((frame) => {
    if (frame.place !== `${node}/neigh`) return;
    for (const message of neighbourMessages(frame.bytes)) {
      if (message.address === address) heard.push({ type: message.type, lladdr: message.lladdr });
    }
  });
  const reply = await ping(around, {
    from: claim.from,
    to: claim.to,
    ...(claim.lladdr === undefined ? { expect: 'no-reply' as const, waitMs: 50 } : {}),
  });
  const fenced = claim.lladdr !== undefined || (await fenceAgent(around, node, dev, claim.from));
  const doubt = await hearing.doubt(`${node}/neigh`, HEARING_TIMEOUT_MS);
  hearing.end();

  const asked = heard.findIndex((message) => message.type === 'miss');
  const answered = heard.findIndex(
    (message, index) => index > asked && message.type === 'new' && message.lladdr !== undefined,
  );
  expect(`a miss for ${address}: the kernel asks for its MAC`, asked >= 0, 'the kernel did not ask');
  if (claim.lladdr === undefined) {
    expect(
      'no answer: the address is in no lease',
      answered < 0,
      `it was answered with ${heard[answered]?.lladdr}`,
    );
    expect('the agent answers a later question', fenced, 'nor does the agent answer a later question');
  } else {
    const mac = heard[answered]?.lladdr;
    expect(
      `then an entry with lladdr ${claim.lladdr}`,
      mac === claim.lladdr,
      mac ? `an entry with lladdr ${mac}` : 'no entry followed',
    );
  }
  want.push(...reply.want);
  got.push(...reply.got);
  if (reply.untried !== undefined) return { ...reply, want, got };
  if (doubt !== undefined) got.push(`cannot vouch for the messages of ${node}: ${doubt}`);
  return { holds: holds && reply.holds && doubt === undefined, want, got };
}

/**
 * The agent takes the kernel's questions in their order: once it has answered a later one, it will not answer an earlier one any more. So ask
 * it something that it knows, the address of a pod of another node. False: it does not answer that either, so its silence means nothing.
 */
async function fenceAgent(around: Surroundings, node: string, dev: string, from: string): Promise<boolean> {
  const known = around.lab.cluster.pods.find((pod) => pod.node !== node);
  if (!known) return false;
  await around.session.run(['ip', 'neighbour', 'delete', known.ip, 'dev', dev], { namespace: node });
  return (await ping(around, { from, to: known.ip })).holds;
}

const HEARING_TIMEOUT_MS = 2_000;

async function entry(
  around: Surroundings,
  node: string,
  dev: string,
  address: string,
): Promise<string | undefined> {
  const result = await around.session.must(['ip', '-json', 'neighbour', 'show', address, 'dev', dev], {
    namespace: node,
  });
  const rows = JSON.parse(result.stdout.trim() || '[]') as {
    dst: string;
    dev: string;
    lladdr?: string;
    state?: string[];
  }[];
  const row = rows[0] && parseNeighbour({ ...rows[0], dev });
  return row && `${row.lladdr ?? 'no lladdr'} ${row.state}`;
}
