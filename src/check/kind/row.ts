import { describeAddress } from '../../kernel/address.ts';
import { describeFdb } from '../../kernel/fdb.ts';
import { describeRule } from '../../kernel/iptables.ts';
import { describeLiveLink } from '../../kernel/link.ts';
import { describeNeighbour } from '../../kernel/neighbour.ts';
import { describeRoute } from '../../kernel/route.ts';
import { sysctlPath } from '../../kernel/sysctl.ts';
import type { AddressRow, FdbRow, IptablesRow, LinkRow, NeighbourRow, RouteRow, SysctlRow } from '../spec.ts';
import { namespaceOf, type Outcome, type Surroundings } from '../surroundings.ts';

/** A key of the claim that the row must have; undefined in the claim: any value. */
type Compared = [key: string, want: unknown, got: unknown];

const differing = (pairs: Compared[]) => pairs.filter(([, want, got]) => want !== undefined && want !== got);

const details = (pairs: Compared[]) =>
  differing(pairs).map(([key, want, got]) => `${key}: want ${String(want)}, got ${String(got ?? 'none')}`);

/** One row out of a table: the one with the wanted key, then its details; without it, the rows that are there. */
function rowOutcome<Row>(
  wanted: string,
  rows: Row[],
  isIt: (row: Row) => boolean,
  compare: (row: Row) => Compared[],
  describe: (row: Row) => string,
): Outcome {
  const candidates = rows.filter(isIt);
  const fitting = candidates.find((row) => differing(compare(row)).length === 0);
  if (fitting !== undefined) return { holds: true, want: [wanted], got: [describe(fitting)] };
  if (candidates.length > 0) {
    return {
      holds: false,
      want: [wanted],
      got: candidates.flatMap((row) => [describe(row), ...details(compare(row))]),
    };
  }
  return {
    holds: false,
    want: [wanted],
    got:
      rows.length === 0
        ? ['no such row: the table is empty']
        : ['no such row; the table has', ...rows.slice(0, 15).map(describe)],
  };
}

export async function linkRow(around: Surroundings, claim: LinkRow): Promise<Outcome> {
  const namespace = namespaceOf(around, claim.in);
  const { links } = await around.readTables(namespace, {});
  const peer = claim.peer === undefined ? undefined : await peerProblem(around, claim, links);
  const outcome = rowOutcome(
    `${namespace}: link ${claim.name} ${words(claim, ['in', 'name'])}`,
    links,
    (row) => row.name === claim.name,
    (row) => [
      ['type', claim.type, row.type],
      ['mtu', claim.mtu, row.mtu],
      ['mac', claim.mac, row.mac],
      ['up', claim.up, row.up],
      ['master', claim.master, row.master],
      ['index', claim.index, row.index],
      ['vni', claim.vni, row.vxlan?.vni],
      ['port', claim.port, row.vxlan?.port],
      ['local', claim.local, row.vxlan?.local],
      ['learning', claim.learning, row.vxlan?.learning],
      ['hairpin', claim.hairpin, row.hairpin],
    ],
    describeLiveLink,
  );
  return peer === undefined ? outcome : { holds: false, want: outcome.want, got: [...outcome.got, peer] };
}

/** `eth0@if49`: each end of a veth pair knows the other's ifindex. What is wrong with the pair; undefined: nothing. */
async function peerProblem(
  around: Surroundings,
  claim: LinkRow,
  links: { name: string; index: number; peerIndex?: number }[],
): Promise<string | undefined> {
  const [there = '', device = ''] = (claim.peer ?? '').split(/\/(?=[^/]*$)/);
  const other = (await around.readTables(namespaceOf(around, there), {})).links.find(
    (link) => link.name === device,
  );
  const own = links.find((link) => link.name === claim.name);
  if (!own) return undefined;
  if (!other) return `there is no ${claim.peer}`;
  if (own.peerIndex !== other.index)
    return `${claim.name} says its peer is if${own.peerIndex}, but ${claim.peer} is if${other.index}`;
  if (other.peerIndex !== own.index)
    return `${claim.peer} says its peer is if${other.peerIndex}, but ${claim.name} is if${own.index}`;
  return undefined;
}

export async function addressRow(around: Surroundings, claim: AddressRow): Promise<Outcome> {
  const namespace = namespaceOf(around, claim.in);
  const { addresses } = await around.readTables(namespace, {});
  return rowOutcome(
    `${namespace}: address ${claim.address} dev ${claim.dev}`,
    addresses,
    (row) => row.dev === claim.dev,
    (row) => [['address', claim.address, row.address]],
    describeAddress,
  );
}

export async function routeRow(around: Surroundings, claim: RouteRow): Promise<Outcome> {
  const namespace = namespaceOf(around, claim.in);
  const { routes } = await around.readTables(namespace, {});
  return rowOutcome(
    `${namespace}: route ${claim.to} ${words(claim, ['in', 'to'])}`,
    routes,
    (row) => row.to === claim.to,
    (row) => [
      ['dev', claim.dev, row.dev],
      ['via', claim.via, row.via],
      ['metric', claim.metric, row.metric ?? 0],
      ['onlink', claim.onlink, row.onlink ?? false],
      ['src', claim.src, row.src],
    ],
    describeRoute,
  );
}

export async function neighbourRow(around: Surroundings, claim: NeighbourRow): Promise<Outcome> {
  const namespace = namespaceOf(around, claim.in);
  const { neighbours } = await around.readTables(namespace, {});
  return rowOutcome(
    `${namespace}: neighbour ${claim.address} ${words(claim, ['in', 'address'])}`,
    neighbours,
    (row) => row.dev === claim.dev && row.address === claim.address,
    (row) => [
      ['lladdr', claim.lladdr, row.lladdr],
      // Without a MAC an entry is only a question that was asked.
      [
        'resolved',
        claim.lladdr === undefined && claim.state === undefined ? true : undefined,
        row.lladdr !== undefined,
      ],
      [
        'state',
        claim.state === undefined || claim.state.includes(row.state) ? undefined : claim.state.join(' or '),
        row.state,
      ],
    ],
    describeNeighbour,
  );
}

export async function fdbRow(around: Surroundings, claim: FdbRow): Promise<Outcome> {
  const namespace = namespaceOf(around, claim.in);
  const { fdb } = await around.readTables(namespace, { fdb: true });
  return rowOutcome(
    `${namespace}: fdb ${claim.lladdr} ${words(claim, ['in', 'lladdr'])}`,
    fdb,
    (row) => row.dev === claim.dev && row.lladdr === claim.lladdr,
    (row) => [
      ['dst', claim.dst, row.dst],
      ['permanent', claim.permanent, row.permanent],
    ],
    describeFdb,
  );
}

export async function iptablesRow(around: Surroundings, claim: IptablesRow): Promise<Outcome> {
  const namespace = namespaceOf(around, claim.in);
  const { iptables } = await around.readTables(namespace, { iptables: true });
  const chain = iptables.filter(
    (rule) => rule.table === claim.table && rule.chain === claim.chain && rule.rule !== '',
  );
  const position = (rule: string) => chain.findIndex((row) => row.rule === rule) + 1;
  return rowOutcome(
    `${namespace}: iptables -t ${claim.table} -A ${claim.chain} ${claim.rule}${claim.position === undefined ? '' : ` at position ${claim.position}`}`,
    chain,
    (row) => row.rule === claim.rule,
    (row) => [['position', claim.position, position(row.rule)]],
    describeRule,
  );
}

export async function sysctlRow(around: Surroundings, claim: SysctlRow): Promise<Outcome> {
  const namespace = namespaceOf(around, claim.in);
  const { sysctls } = await around.readTables(namespace, { sysctls: [sysctlPath(claim.name)] });
  return rowOutcome(
    `${namespace}: ${claim.name} = ${claim.value}`,
    sysctls,
    (row) => row.name === sysctlPath(claim.name),
    (row) => [['value', claim.value, row.value]],
    (row) => `${claim.name} = ${row.value}`,
  );
}

/** The rest of a claim in the lab file's own words. */
function words(claim: object, without: string[]): string {
  return Object.entries(claim)
    .filter(([key, value]) => value !== undefined && !without.includes(key) && key !== 'kind')
    .map(([key, value]) => `${key} ${Array.isArray(value) ? value.join(' or ') : String(value)}`)
    .join(' ');
}
