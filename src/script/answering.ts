import type { AgentConfig } from '../agent/config.ts';
import type { Lease } from '../model/cluster.ts';
import { nthAddress } from '../model/cidr.ts';
import { shellQuote } from '../run/shell-quote.ts';
import { columns } from './drawing.ts';
import { titled } from './comment.ts';

/**
 * flannel v0.7's part that works per packet, as a loop of bash: the kernel asks for a neighbour, `ip monitor` shows the question, and the answer is
 * looked up among the leases. Empty where there is nothing to answer.
 */
export function answering(config: AgentConfig | undefined): string {
  const leases = leasesOf(config);
  const [example] = leases;
  if (!config || !example) return '';
  const { dev, nodes } = config;
  const rows = leases.map(({ subnet, vtepMAC, node }) => [subnet, vtepMAC, node]);
  return `${titled(
    'flanneld',
    `Nobody answers ARP behind ${dev}. Because of app_solicit the kernel asks a program which MAC an address has, and the program, one for each node, looks the address up in the leases:`,
    [
      `kernel ── miss ${nthAddress(example.subnet, 2)} dev ${dev} ──▶ ip monitor neigh ──▶ the lease with that address`,
      'kernel ◀── ip neighbour replace ◀── VtepMAC of that lease',
    ],
  )}
# What each flanneld knows from etcd: subnet, VtepMAC, node
leases='
${columns(rows).join('\n')}
'

# Sets \`number\` to IPv4 address $1 as a number.
as_number() {
  local a b c d
  IFS=. read -r a b c d <<<"$1"
  number=$(((a << 24) + (b << 16) + (c << 8) + d))
}

# Is address $1 in subnet $2?
covers() {
  local number address bits=$((32 - \${2#*/}))
  as_number "$1" && address=$number
  as_number "\${2%/*}" && ((number >> bits == address >> bits))
}

# Answers the questions that the kernel of node $1 has.
flanneld() {
  local line address subnet vtep_mac node
  while read -r line; do
    [[ $line =~ ^miss\\ (dev\\ [^\\ ]+\\ )?([0-9]+(\\.[0-9]+){3})\\  ]] || continue
    address=\${BASH_REMATCH[2]}
    while read -r subnet vtep_mac node; do
      if [[ -z $subnet || $node == "$1" ]] || ! covers "$address" "$subnet"; then continue; fi
      echo "L3 miss for $address: in the lease of $node, behind $vtep_mac"
      ip -n "$1" neighbour replace "$address" lladdr "$vtep_mac" dev ${shellQuote(dev)} nud reachable || true
    done <<<"$leases"
  done < <(exec ip netns exec "$1" ip monitor neigh)
}

for node in ${nodes.map(({ name }) => shellQuote(name)).join(' ')}; do
  flanneld "$node" </dev/null >"/run/flanneld.$node.log" 2>&1 &
  # It misses nothing once its netlink socket (protocol 0, rtnetlink) is bound to a multicast group.
  until ip netns exec "$node" grep -Eq '^[^ ]+ +0 +[0-9]+ +0*[1-9a-f]' /proc/net/netlink; do
    kill -0 $!
    sleep 0.01
  done
done
`;
}

/** All leases, in the order of the nodes: each node is told those of the others. */
function leasesOf(config: AgentConfig | undefined): Lease[] {
  const all = new Map(
    (config?.nodes ?? []).flatMap(({ remotes }) => remotes).map((lease) => [lease.node, lease]),
  );
  return (config?.nodes ?? []).flatMap(({ name }) => all.get(name) ?? []);
}
