import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';

/**
 * How the sandbox maps users (user_namespaces(7)). Root needs no user namespace. An ordinary user becomes root inside; with an entry in
 * /etc/subuid and /etc/subgid 65,536 further ids are mapped, so that programs that change their user (tcpdump) work inside.
 */
export type IdentityMap = 'root' | 'single' | 'range';

export function identityMap(): IdentityMap {
  if (process.getuid?.() === 0) return 'root';
  return hasRange('/etc/subuid') && hasRange('/etc/subgid') ? 'range' : 'single';
}

export function unshareArguments(map: IdentityMap): string[] {
  const user = {
    root: [],
    single: ['--user', '--map-root-user'],
    range: ['--user', '--map-root-user', '--map-auto'],
  }[map];
  return [
    ...user,
    '--mount',
    '--net',
    '--pid',
    '--uts',
    '--ipc',
    '--fork',
    '--kill-child',
    // No mount of the lab reaches the host, but what the host unmounts is unmounted here too, and not kept busy.
    '--propagation',
    'slave',
  ];
}

/** subuid(5): `name-or-uid:first:count`. */
function hasRange(file: string): boolean {
  const { username, uid } = userInfo();
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .some((line) => line.startsWith(`${username}:`) || line.startsWith(`${uid}:`));
  } catch {
    return false;
  }
}
