/**
 * Everything in the kernel that a lab could want, read in the same way wherever the lab stands: in the sandbox of `lab up`, or in the world of its
 * script. What differs by itself (numbers of devices and namespaces, timers, counters) is left out or replaced by names.
 */

/** For bash in the lab's mount namespace: one JSON or text per namespace and kind, after a line `=== NAMESPACE KIND`. */
export const readTables = String.raw`
for ns in $(ip netns list | cut -d' ' -f1 | sort); do
  # Duplicate address detection has ended, and bridges forward.
  for _ in $(seq 200); do
    [[ -z $(ip -n $ns -6 address show tentative) && $(bridge -n $ns link) != *learning* ]] && break
    sleep 0.05
  done
  here="nsenter --net=/run/netns/$ns"
  read_as() { printf '\n=== %s %s\n' "$ns" "$1"; shift; "$@"; }
  read_as peers ip -n $ns -j netns list-id
  read_as links ip -n $ns -j -d address show
  read_as routes ip -n $ns -j -d route show table all
  read_as routes6 ip -n $ns -6 -j -d route show table all
  read_as rules ip -n $ns -j rule show
  read_as neighbours ip -n $ns -j -d neigh show nud permanent
  read_as fdb bridge -n $ns -j -d fdb show
  read_as ports bridge -n $ns -j -d link show
  read_as iptables $here iptables-save
  read_as sysctls $here grep -rs '' /proc/sys/net
  read_as files bash -c "cd /etc/netns/$ns 2>/dev/null && head -100 *"
done
`;

/** By `NAMESPACE KIND`, each a list of rows in no order. */
export type Tables = Record<string, string[]>;

type Row = Record<string, unknown>;

export function parseTables(text: string): Tables {
  const raw = new Map(
    text
      .split(/^=== /m)
      .slice(1)
      .map((part) => {
        const end = part.indexOf('\n');
        return [part.slice(0, end), part.slice(end + 1).trim()] as const;
      }),
  );
  const json = (key: string) => JSON.parse(raw.get(key) || '[]') as Row[];
  /** The device with this number in that namespace. */
  const device = (namespace: string, index: unknown) =>
    `${namespace}/${String(json(`${namespace} links`).find(({ ifindex }) => ifindex === index)?.['ifname'])}`;
  const tables: Tables = {};
  for (const [key, content] of raw) {
    const [namespace = '', kind = ''] = key.split(' ');
    if (kind === 'peers') continue;
    if (['iptables', 'sysctls', 'files'].includes(kind)) {
      tables[key] = content
        .split('\n')
        .filter((line) => !restless.test(line))
        .map((line) => line.replace(/\[\d+:\d+\]$/, ''));
      continue;
    }
    const rows = json(key).filter((row) => kind !== 'fdb' || row['state'] === 'permanent');
    tables[key] = rows.map((row) => {
      const { ifindex: _, link_index: end, link_netnsid: netnsid, ...rest } = row;
      const far = json(`${namespace} peers`).find(({ nsid }) => nsid === netnsid)?.['name'];
      const peer = end === undefined ? {} : { peer: device(String(far ?? namespace), end) };
      return JSON.stringify({ ...rest, ...peer }, (name, value: unknown) =>
        name.endsWith('_timer') ? undefined : value,
      );
    });
    tables[key].sort();
  }
  return tables;
}

/** Numbers of devices where these were wanted: `NAMESPACE/DEVICE`. */
export function parseIndexes(text: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [, namespace, content] of text.matchAll(/^=== (\S+) links\n(.*)$/gm))
    for (const { ifname, ifindex } of JSON.parse(content ?? '[]') as { ifname: string; ifindex: number }[])
      found[`${namespace}/${ifname}`] = ifindex;
  return found;
}

const restless = /^# (Generated|Completed)|nf_conntrack_count|netdev_rss_key/;
