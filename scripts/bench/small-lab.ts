import { aloneRow, mininet } from './machine.ts';
import type { Subject } from './subject.ts';

/** The start of the command, and a lab of the documents' size. */
export function smallLab(lab: (...words: string[]) => string[], withMininet: boolean): Subject {
  const six = [
    aloneRow,
    { name: 'mininet, 6 hosts', argv: mininet('single,6', 'none') },
    {
      name: 'mininet, 6 hosts, pingall',
      argv: mininet('single,6', 'pingall'),
      prints: /0% dropped \(30\/30 received\)/,
    },
  ];
  const tested = (name: string) => ({
    name: `lab test ${name}`,
    argv: lab('test', name),
    prints: new RegExp(`^${name}: \\d+ passed in`, 'm'),
  });
  return {
    name: 'small',
    rows: [
      { name: 'node -e 0', argv: [process.execPath, '-e', '0'] },
      { name: 'lab --version', argv: lab('--version'), prints: /^\d+\.\d+\.\d+$/m },
      tested('flannel-vxlan'),
      tested('same-node'),
      { name: 'lab run flannel-vxlan', argv: lab('run', 'flannel-vxlan'), prints: /\d+ passed in/ },
      {
        name: 'lab run flannel-vxlan, which is up',
        argv: lab('run', 'flannel-vxlan'),
        prints: /\d+ passed in/,
      },
      { name: 'lab down flannel-vxlan', argv: lab('down', 'flannel-vxlan') },
      { name: 'lab up flannel-vxlan', argv: lab('up', 'flannel-vxlan') },
      { name: 'lab down flannel-vxlan again', argv: lab('down', 'flannel-vxlan') },
      ...(withMininet ? six : []),
    ],
    figures: (median) => [
      { what: 'lab --version / node -e 0', aim: 2.2, value: median('lab --version') / median('node -e 0') },
      {
        what: 'lab test flannel-vxlan / mininet, 6 hosts, pingall (without its machine)',
        aim: 1,
        value:
          median('lab test flannel-vxlan') / (median('mininet, 6 hosts, pingall') - median(aloneRow.name)),
      },
      {
        what: 'lab run flannel-vxlan, which is up / the first lab run',
        aim: 0.5,
        value: median('lab run flannel-vxlan, which is up') / median('lab run flannel-vxlan'),
      },
    ],
  };
}
