import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kernelState } from '../../src/component/kernel-state.ts';
import { plan } from '../../src/kernel/plan.ts';
import { loadLab } from '../../src/lab/load.ts';

/**
 * The floor: the same objects as a lab's, as somebody would make them by hand who knows how to batch. One `ip -batch` for all namespaces, one for all
 * veth pairs, then one for each namespace, as many at a time as there are processors, and so on. It uses `nsenter` where `ip -n` would do, since that
 * takes several times as long among a thousand namespaces. No comparison with what is there, no roll-back, no record, no reasons.
 *
 * Returns the commands that build it, in namespaces of its own that stay, and remove it.
 */
export async function handScript(lab: string, directory: string): Promise<{ up: string[]; down: string[] }> {
  const { namespaces, veths, steps, files } = plan(kernelState((await loadLab(lab)).cluster), new Map());
  const write = (name: string, lines: readonly string[]) =>
    writeFileSync(join(directory, name), `${lines.join('\n')}\n`);
  mkdirSync(directory, { recursive: true });
  write('namespaces', namespaces);
  write('veths', veths);
  const list: Record<string, string[]> = { ip: [], rules: [], bridge: [], sysctl: [] };
  for (const { namespace, ip, iptables, bridge, sysctls } of steps) {
    const inside = `--net=/run/netns/${namespace}`;
    const file = (kind: string) => `${directory}/${namespace}.${kind}`;
    write(`${namespace}.ip`, ip);
    list['ip']?.push(`${inside} ip -batch ${file('ip')}`);
    if (iptables !== '') {
      write(`${namespace}.rules`, [iptables]);
      list['rules']?.push(`${inside} iptables-restore --wait ${file('rules')}`);
    }
    if (bridge.length > 0) {
      write(`${namespace}.bridge`, bridge);
      list['bridge']?.push(`${inside} bridge -batch ${file('bridge')}`);
    }
    if (sysctls.length > 0) list['sysctl']?.push(`${inside} sysctl --quiet --write ${sysctls.join(' ')}`);
  }
  for (const [kind, lines] of Object.entries(list)) write(kind, lines);
  for (const { namespace, name, text } of files) {
    mkdirSync(join(directory, 'etc', namespace), { recursive: true });
    writeFileSync(join(directory, 'etc', namespace, name), text);
  }
  writeFileSync(
    join(directory, 'build.sh'),
    String.raw`set -e
cd "$1"
mount -t proc proc /proc
mount -t tmpfs lab /run
mkdir /run/netns /run/lab
cp -r etc /run/lab/netns
ip -batch namespaces
ip -batch veths
for stage in ip rules bridge sysctl; do xargs -L 1 -P "$(nproc)" nsenter <$stage; done
echo built
exec sleep infinity </dev/null >/dev/null 2>&1
`,
  );
  const unshare = 'unshare --mount --net --pid --uts --ipc --fork --kill-child --propagation slave';
  return {
    up: [
      ...['sh', '-ec'],
      `rm -f "$1/said"; mkfifo "$1/said"; setsid ${unshare} sh "$1/build.sh" "$1" >"$1/said" 2>"$1/errors" & ` +
        `echo $! >"$1/pid"; read -r word <"$1/said"; test "$word" = built || { cat "$1/errors" >&2; exit 1; }`,
      ...['sh', directory],
    ],
    down: [
      ...['sh', '-c'],
      'read -r pid <"$1/pid"; kill -KILL "$pid"; while kill -0 "$pid" 2>/dev/null; do sleep 0.01; done',
      ...['sh', directory],
    ],
  };
}
