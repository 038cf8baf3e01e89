import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { asRoot, type Finding } from './finding.ts';

/** Programs that labs use, or that the documents type, by their package in Debian and Ubuntu. */
const packages: Record<string, string[]> = {
  iproute2: ['ip', 'bridge', 'ss'],
  iptables: ['iptables', 'iptables-restore', 'iptables-save'],
  'util-linux': ['unshare', 'nsenter'],
  'perl-base': ['perl'],
  'iputils-ping': ['ping'],
  tcpdump: ['tcpdump'],
  'net-tools': ['ifconfig', 'route'],
  'bridge-utils': ['brctl'],
  procps: ['ps', 'sysctl'],
  hostname: ['hostname'],
};

export function programFindings(path: string): Finding[] {
  return Object.entries(packages).map(([name, programs]) => {
    const missing = programs.filter((program) => !inPath(program, path));
    if (missing.length === 0) return { name, ok: true, needed: true, detail: programs.join(', ') };
    const detail = `missing: ${missing.join(', ')}`;
    return { name, ok: false, needed: true, detail, fix: asRoot(`apt-get install ${name}`) };
  });
}

export function inPath(program: string, path: string): boolean {
  return path.split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
