import { aloneRow, mininet } from './machine.ts';
import type { Subject } from './subject.ts';

const hosts = 'mininet, 100 hosts on 10 switches';

/** 10 nodes and 100 pods in both eras, against as many hosts and switches. `generated` makes such a lab and says where. */
export function hundredPods(
  lab: (...words: string[]) => string[],
  generated: (nodes: number, pods: number, era: string) => string,
  withMininet: boolean,
): Subject {
  const labs = ['current', 'v0.7'].map((era) => ({ era, directory: generated(10, 100, era) }));
  return {
    name: 'hundred',
    rows: [
      ...labs.flatMap(({ era, directory }) => [
        { name: `up, 100 pods, ${era}`, argv: lab('up', directory), prints: /: up in / },
        { name: `down, 100 pods, ${era}`, argv: lab('down', directory), prints: /is removed/ },
      ]),
      ...(withMininet ? [aloneRow, { name: hosts, argv: mininet('linear,10,10', 'none') }] : []),
    ],
    figures: (median) =>
      labs.map(({ era }) => ({
        what: `lab up and down, 100 pods on 10 nodes, ${era} / ${hosts} (without its machine)`,
        aim: 0.15,
        value:
          (median(`up, 100 pods, ${era}`) + median(`down, 100 pods, ${era}`)) /
          (median(hosts) - median(aloneRow.name)),
      })),
  };
}
