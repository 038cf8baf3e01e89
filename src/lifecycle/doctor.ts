import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { featureFindings, untriedFeatures } from './doctor/feature.ts';
import type { Finding } from './doctor/finding.ts';
import { permissionFindings } from './doctor/permission.ts';
import { inPath, programFindings } from './doctor/program.ts';

export type { Finding } from './doctor/finding.ts';

/**
 * What this machine has and lacks for labs of the current user. Whatever can be tried is tried, in namespaces that are thrown away; nothing of the
 * machine is changed. Never fails: what goes wrong is a finding.
 */
export async function doctor(): Promise<Finding[]> {
  const path = process.env['PATH'] ?? '';
  const basis: Finding[] = [
    { name: 'kernel', ok: true, needed: true, detail: release() },
    { name: 'node', ok: true, needed: true, detail: process.version },
  ];
  const programs = programFindings(path);
  if (!inPath('unshare', path)) {
    const namespaces: Finding = {
      name: 'namespaces',
      ok: 'unknown',
      needed: true,
      detail: 'not tried without unshare',
    };
    return [...basis, ...programs, namespaces, ...untriedFeatures(), neighbourFinding()];
  }
  const permissions = await permissionFindings();
  const possible = permissions.every(({ ok, needed }) => ok === true || !needed);
  return [
    ...basis,
    ...programs,
    ...permissions,
    ...(possible ? await featureFindings() : untriedFeatures()),
    neighbourFinding(),
  ];
}

/** All namespaces of a machine share one limit for neighbour entries (arp(7), gc_thresh3); past it the kernel says "No buffer space available". */
function neighbourFinding(): Finding {
  const common = { name: 'neighbours', needed: false };
  const file = '/proc/sys/net/ipv4/neigh/default/gc_thresh3';
  try {
    const limit = Number(readFileSync(file, 'utf8'));
    const detail = `at most ${limit} entries on the whole machine (gc_thresh3)`;
    // The kernel's own default is 1024.
    if (limit >= 1024) return { ...common, ok: true, detail };
    return { ...common, ok: false, detail, fix: 'sysctl -w net.ipv4.neigh.default.gc_thresh3=1024' };
  } catch {
    return { ...common, ok: 'unknown', detail: 'the limit cannot be read here' };
  }
}
