import { readFileSync } from 'node:fs';

/** Why this system may have refused to make namespaces, and what to do about it. */
export function whyNoSandbox(): { why: string; hints: string[] } {
  if (process.getuid?.() === 0) {
    return {
      why: 'Root without CAP_SYS_ADMIN: most likely a container.',
      hints: ['run it on the machine itself, or give the container --privileged'],
    };
  }
  if (sysctl('kernel/apparmor_restrict_unprivileged_userns') === '1') {
    return {
      why: 'Ubuntu restricts user namespaces by AppArmor (kernel.apparmor_restrict_unprivileged_userns = 1).',
      hints: [
        'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
        'or run it as root: sudo npm run lab ...',
      ],
    };
  }
  if (sysctl('kernel/unprivileged_userns_clone') === '0') {
    return {
      why: 'This kernel allows user namespaces only to root (kernel.unprivileged_userns_clone = 0).',
      hints: ['sudo sysctl -w kernel.unprivileged_userns_clone=1', 'or run it as root: sudo npm run lab ...'],
    };
  }
  if (sysctl('user/max_user_namespaces') === '0') {
    return {
      why: 'No user namespaces are allowed here (user.max_user_namespaces = 0).',
      hints: ['sudo sysctl -w user.max_user_namespaces=15000', 'or run it as root: sudo npm run lab ...'],
    };
  }
  return {
    why: '',
    hints: ['bin/lab doctor says what this machine lacks', 'or run it as root: sudo npm run lab ...'],
  };
}

function sysctl(path: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${path}`, 'utf8').trim();
  } catch {
    return undefined;
  }
}
