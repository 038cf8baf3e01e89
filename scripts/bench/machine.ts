/**
 * Mininet builds its switches in the namespace that it runs in, writes sysctls, and when something goes wrong ends processes and removes files by
 * name: it gets a machine of its own, with nobody else's processes, links, sysctls and temporary files in it.
 */
export const machine = [
  ...['unshare', '--mount', '--net', '--pid', '--uts', '--ipc', '--fork', '--kill-child', '--mount-proc'],
  ...['--propagation', 'private', 'sh', '-ec'],
  String.raw`
    for own in /run /tmp /var/lib /var/log /var/tmp "$HOME"; do mount -t tmpfs bench "$own"; done
    mount -t sysfs -o ro bench /sys
    mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys
    ip link set lo up
    exec setpriv --bounding-set=-sys_module,-sys_rawio,-sys_boot,-sys_time "$@"`,
  'sh',
];

export const mininet = (topology: string, test: string): string[] => [
  ...[...machine, 'mn', '--switch', 'lxbr', '--controller', 'none'],
  ...['--topo', topology, '--test', test],
];

/** Its machine is our doing, and is not counted against it. It prints the processes that can be seen there: one, itself. */
export const aloneRow = {
  name: 'a machine for mininet, alone',
  argv: [...machine, 'sh', '-c', 'echo /proc/[0-9]*'],
  prints: /^\/proc\/1$/m,
};
