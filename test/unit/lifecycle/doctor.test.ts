import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Feature, featureFinding, features } from '../../../src/lifecycle/doctor/feature.ts';
import {
  containerFinding,
  idRangeFinding,
  namespaceFinding,
  ordinaryUserFinding,
} from '../../../src/lifecycle/doctor/permission.ts';
import { programFindings } from '../../../src/lifecycle/doctor/program.ts';

const directory = mkdtempSync(join(tmpdir(), 'wirelab-doctor-'));
afterAll(() => rmSync(directory, { recursive: true }));

const feature = (name: string): Feature => features.find((one) => one.name === name) as Feature;

describe('the doctor', () => {
  it('names the package of a program that is missing', () => {
    for (const program of ['ip', 'bridge', 'perl']) {
      writeFileSync(join(directory, program), '');
      chmodSync(join(directory, program), 0o755);
    }
    writeFileSync(join(directory, 'ss'), 'not executable');
    const findings = programFindings(`/nonexistent:${directory}`);
    const of = (name: string): object | undefined => findings.find((finding) => finding.name === name);
    expect(of('iproute2')).toMatchObject({
      ok: false,
      detail: 'missing: ss',
      fix: expect.stringContaining('apt-get install iproute2') as string,
    });
    expect(of('perl-base')).toMatchObject({ ok: true, detail: 'perl' });
    expect(of('tcpdump')).toMatchObject({ ok: false, needed: true });
  });

  it('says of a feature that can be loaded how to load it', () => {
    const finding = featureFinding(
      feature('vxlan'),
      { exitCode: 2, stderr: 'Error: Unknown device type.\n' },
      () => 'loadable',
    );
    expect(finding).toMatchObject({
      ok: false,
      needed: true,
      detail: 'flannel.1; Error: Unknown device type.',
    });
    expect(finding.fix).toMatch(/modprobe vxlan$/);
  });

  it('says of a feature that this kernel does not have that it takes another one', () => {
    const finding = featureFinding(
      feature('vxlan'),
      { exitCode: 2, stderr: 'Error: Unknown device type.\n' },
      () => 'absent',
    );
    expect(finding.fix).toContain('another kernel');
  });

  it('warns before br_netfilter, which concerns the whole machine', () => {
    const finding = featureFinding(
      feature('br_netfilter'),
      { exitCode: 1, stderr: 'not loaded\n' },
      () => 'loadable',
    );
    expect(finding).toMatchObject({ ok: false, needed: false });
    expect(finding.fix).toMatch(/modprobe br_netfilter .*the machine's own bridges/);
  });

  it('does not blame the kernel when a program is missing or a device file is closed', () => {
    const missing = featureFinding(
      feature('iptables nat'),
      { exitCode: 127, stderr: 'sh: 1: exec: iptables: not found' },
      () => 'absent',
    );
    expect(missing).toMatchObject({ ok: 'unknown', detail: 'masquerade; not tried without iptables' });
    expect(missing.fix).toBeUndefined();
    const closed = featureFinding(
      feature('tun'),
      { exitCode: 1, stderr: 'open: Permission denied' },
      () => 'absent',
    );
    expect(closed.fix).toContain('chmod 0666 /dev/net/tun');
  });

  it('says why namespaces are refused, and what to do', () => {
    const why = {
      why: 'Ubuntu restricts user namespaces by AppArmor.',
      hints: ['sudo sysctl -w x=0', 'bin/lab doctor says more'],
    };
    expect(
      namespaceFinding('unshare: write failed /proc/self/uid_map: Operation not permitted\nmore', why),
    ).toEqual({
      name: 'namespaces',
      needed: true,
      ok: false,
      detail:
        'unshare: write failed /proc/self/uid_map: Operation not permitted; Ubuntu restricts user namespaces by AppArmor.',
      fix: 'sudo sysctl -w x=0',
    });
    expect(namespaceFinding(undefined, why)).toMatchObject({ ok: true });
  });

  it.each([
    [{ 'user/max_user_namespaces': '0' }, false, 'user.max_user_namespaces=15000'],
    [
      { 'user/max_user_namespaces': '96365', 'kernel/unprivileged_userns_clone': '0' },
      false,
      'kernel.unprivileged_userns_clone=1',
    ],
    [
      { 'user/max_user_namespaces': '96365', 'kernel/apparmor_restrict_unprivileged_userns': '1' },
      false,
      'kernel.apparmor_restrict_unprivileged_userns=0',
    ],
    [
      {
        'user/max_user_namespaces': '96365',
        'kernel/unprivileged_userns_clone': '1',
        'kernel/apparmor_restrict_unprivileged_userns': '0',
      },
      true,
      undefined,
    ],
    [{}, true, undefined],
  ] as [Record<string, string>, boolean, string | undefined][])(
    'tells root what %j means for ordinary users',
    (sysctls, ok, fix) => {
      const finding = ordinaryUserFinding((name) => sysctls[name]);
      expect(finding).toMatchObject({ ok, needed: false });
      if (fix === undefined) expect(finding.fix).toBeUndefined();
      else expect(finding.fix).toContain(`sysctl -w ${fix}`);
    },
  );

  it('tells a user without further ids how to get them', () => {
    expect(idRangeFinding('single', undefined, 'walker')).toMatchObject({
      ok: false,
      needed: false,
      fix: 'sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 walker',
    });
    expect(idRangeFinding('range', undefined, 'walker')).toMatchObject({ ok: true });
    expect(
      idRangeFinding('range', 'unshare: failed to execute newuidmap: No such file', 'walker').fix,
    ).toContain('uidmap');
  });

  // CapEff of a process in a container with Docker's default capabilities, as docker run prints it: a80425fb (capabilities(7) gives the bits).
  const inDocker = 'Name:\tnode\nCapEff:\t00000000a80425fb\nSeccomp:\t2\n';

  it('knows a container that has not what labs need', () => {
    expect(containerFinding('Docker', inDocker, false)).toMatchObject({
      ok: false,
      detail: 'inside Docker: lacks CAP_NET_ADMIN, CAP_SYS_ADMIN; a seccomp filter is on',
      fix: expect.stringContaining('--privileged') as string,
    });
  });

  it('has nothing against a container that works', () => {
    expect(containerFinding('Docker', inDocker, true)).toMatchObject({ ok: true });
    expect(containerFinding(undefined, inDocker, false)).toMatchObject({
      ok: true,
      detail: 'not inside one',
    });
  });
});
