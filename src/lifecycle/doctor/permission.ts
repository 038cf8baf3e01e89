import { existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { run } from '../../run/command.ts';
import { type IdentityMap, identityMap, unshareArguments } from '../../sandbox/identity-map.ts';
import { whyNoSandbox } from '../../sandbox/permission.ts';
import { asRoot, type Finding } from './finding.ts';

/** May this user make the namespaces of a lab? Tried as the holder of a lab does it. */
export async function permissionFindings(): Promise<Finding[]> {
  const map = identityMap();
  const problem = await tried(map === 'root' ? 'root' : 'single');
  const findings = [namespaceFinding(problem, whyNoSandbox())];
  if (map !== 'root') {
    const range = map === 'range' ? await tried('range') : undefined;
    findings.push(
      idRangeFinding(map, map === 'range' && problem === undefined ? range : undefined, userInfo().username),
    );
  } else {
    findings.push(ordinaryUserFinding(sysctl));
  }
  findings.push(
    containerFinding(container(), readFileSync('/proc/self/status', 'utf8'), problem === undefined),
  );
  return findings;
}

async function tried(map: IdentityMap): Promise<string | undefined> {
  const { exitCode, stderr } = await run(['unshare', ...unshareArguments(map), '--mount-proc', 'true'], {
    timeoutMs: 10_000,
  });
  return exitCode === 0 ? undefined : stderr.trim() || `exit code ${exitCode}`;
}

export function namespaceFinding(
  problem: string | undefined,
  { why, hints }: { why: string; hints: string[] },
): Finding {
  const name = 'namespaces';
  if (problem === undefined) return { name, needed: true, ok: true, detail: 'a sandbox can be made' };
  const detail = [problem.split('\n')[0], why].filter(Boolean).join('; ');
  // The sandbox's own hint to ask the doctor is of no use here.
  const fix = hints.filter((hint) => !hint.includes('doctor')).join('; ');
  return { name, needed: true, ok: false, detail, fix };
}

/** Further user ids, so that programs which change their user (tcpdump) work inside. Labs work without. */
export function idRangeFinding(map: IdentityMap, problem: string | undefined, user: string): Finding {
  const common = { name: 'user ids', needed: false };
  if (map === 'single') {
    return {
      ...common,
      ok: false,
      detail: `no entry for ${user} in /etc/subuid and /etc/subgid: tcpdump typed inside a lab cannot change its user`,
      fix: `sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${user}`,
    };
  }
  if (problem === undefined) return { ...common, ok: true, detail: '/etc/subuid and newuidmap' };
  return {
    ...common,
    ok: false,
    detail: problem.split('\n')[0] ?? '',
    fix: asRoot('apt-get install uidmap'),
  };
}

/** What root sees of the rules for everybody else. */
export function ordinaryUserFinding(read: (name: string) => string | undefined): Finding {
  const common = { name: 'ordinary users', needed: false };
  const closed = (detail: string, setting: string): Finding => ({
    ...common,
    ok: false,
    detail,
    fix: asRoot(`sysctl -w ${setting}`),
  });
  if (read('user/max_user_namespaces') === '0') {
    return closed(
      'may make no user namespaces (user.max_user_namespaces = 0)',
      'user.max_user_namespaces=15000',
    );
  }
  if (read('kernel/unprivileged_userns_clone') === '0') {
    return closed(
      'may make no user namespaces (kernel.unprivileged_userns_clone = 0)',
      'kernel.unprivileged_userns_clone=1',
    );
  }
  if (read('kernel/apparmor_restrict_unprivileged_userns') === '1') {
    return closed(
      'are kept from user namespaces by AppArmor (kernel.apparmor_restrict_unprivileged_userns = 1)',
      'kernel.apparmor_restrict_unprivileged_userns=0',
    );
  }
  return { ...common, ok: true, detail: 'may make user namespaces, as far as sysctls tell' };
}

/** capabilities(7): their numbers, which are the bits of CapEff. */
const wanted = { CAP_NET_ADMIN: 12, CAP_NET_RAW: 13, CAP_SYS_ADMIN: 21 } as const;

/** `status` is the text of /proc/self/status. */
export function containerFinding(kind: string | undefined, status: string, works: boolean): Finding {
  const common = { name: 'container', needed: false };
  if (kind === undefined) return { ...common, ok: true, detail: 'not inside one' };
  if (works) return { ...common, ok: true, detail: `inside ${kind}, which allows what labs need` };
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  const lacking = Object.entries(wanted)
    .filter(([, bit]) => ((effective >> BigInt(bit)) & 1n) === 0n)
    .map(([name]) => name);
  const filtered = /^Seccomp:\s*2/m.test(status) ? ['a seccomp filter is on'] : [];
  const reasons = [...(lacking.length > 0 ? [`lacks ${lacking.join(', ')}`] : []), ...filtered];
  return {
    ...common,
    ok: false,
    detail: `inside ${kind}${reasons.length > 0 ? `: ${reasons.join('; ')}` : ''}`,
    fix: 'docker run --privileged ..., or run it on the machine itself',
  };
}

/** The marks that container engines leave: Docker's and Podman's files, systemd's record of what it was started in, control group names. */
function container(): string | undefined {
  if (existsSync('/.dockerenv')) return 'Docker';
  if (existsSync('/run/.containerenv')) return 'Podman';
  const recorded = text('/run/systemd/container')?.trim();
  if (recorded) return recorded;
  const group = /docker|kubepods|containerd|lxc/.exec(text('/proc/1/cgroup') ?? '');
  return group?.[0];
}

function sysctl(name: string): string | undefined {
  return text(`/proc/sys/${name}`)?.trim();
}

function text(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
