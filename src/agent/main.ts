import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { CONFIG_FILE, logFile, readyFile, type AgentConfig } from './config.ts';
import { missAnswer, parseMiss } from '../component/flannel/miss.ts';
import { startProcess } from '../run/process.ts';
import { startWriter } from './writer.ts';
import { until } from '../run/until.ts';

/**
 * flanneld v0.7's part that works per packet, for the nodes of one lab: it listens to the kernel's questions for neighbours (L3 misses) and
 * answers those that a lease covers. Runs inside the sandbox, as long as the lab does.
 *
 *   kernel ── RTM_GETNEIGH ──▶ ip monitor neigh ──▶ missAnswer(miss, leases) ──▶ ip -batch ──▶ kernel
 */
const config = JSON.parse(readFileSync(CONFIG_FILE, 'utf8')) as AgentConfig;
void Promise.all(config.nodes.map(serve));

async function serve(node: AgentConfig['nodes'][number]): Promise<void> {
  await until(() => (existsSync(`/run/netns/${node.name}`) ? true : undefined), { timeoutMs: 60_000 });
  const inNode = ['nsenter', `--net=/run/netns/${node.name}`, '--'];
  const writer = startWriter(inNode, (text) => log(node.name, text));
  const monitor = startProcess([...inNode, 'ip', 'monitor', 'neigh']);
  monitor.onLine((line) => {
    const miss = parseMiss(line);
    if (!miss) return;
    const answer = missAnswer(miss, node.remotes, config.dev);
    if (answer !== undefined) writer.write(answer);
    log(
      node.name,
      answer === undefined
        ? `L3 miss for ${miss.address}: in no lease, left alone`
        : `L3 miss for ${miss.address}: ${answer}`,
    );
  });
  void writer.useless.then((words) => leave(node.name, words));
  void monitor.ended.then(({ exitCode, stderr }) =>
    leave(node.name, `ip monitor ended (${exitCode ?? 'by a signal'}) ${stderr.trim()}`),
  );
  const ready = () => hasNetlinkSocket(writer.pid()) && hasNetlinkSocket(monitor.pid, { group: true });
  if (!(await until(() => ready() || undefined, { timeoutMs: 10_000 })))
    leave(node.name, 'no rtnetlink socket');
  writeFileSync(readyFile(node.name), `${process.pid}\n`);
  log(
    node.name,
    `watching ${config.dev}: ${node.remotes.map((lease) => `${lease.subnet} at ${lease.publicIP}`).join(', ')}`,
  );
}

/** An agent that is deaf or dumb is none. */
function leave(node: string, words: string): never {
  log(node, `${words}: leaving`);
  process.stderr.write(`${node}: ${words}\n`);
  process.exit(1);
}

/**
 * Whether this process has its rtnetlink socket: then it has started. Bound to a multicast group, it misses no miss any more.
 * (columns of /proc/net/netlink: sk Eth Pid Groups)
 */
function hasNetlinkSocket(pid: number, { group = false } = {}): boolean {
  try {
    return readFileSync(`/proc/${pid}/net/netlink`, 'utf8')
      .split('\n')
      .some((line) => {
        const [, protocol, portId, groups] = line.trim().split(/\s+/);
        const bound = Number.parseInt(groups ?? '0', 16) !== 0;
        return protocol === '0' && portId === String(pid) && (bound || !group);
      });
  } catch {
    return false;
  }
}

function log(node: string, text: string): void {
  appendFileSync(logFile(node), `${new Date().toISOString()} ${text.trim()}\n`);
}
