import type { Style } from './scene.ts';

/** Sizes of everything in a node's panel; more nodes beside each other leave less room for each. */
export interface Size {
  header: number;
  device: number;
  /** Between devices. */
  gap: number;
  padding: number;
  /** Between the edge of a box and the words in it: of a device's, of a pod's. */
  inset: { device: number; pod: number };
  name: Style;
  /** Names of devices and their addresses. */
  first: number;
  /** MACs and details. */
  second: number;
  pod: number;
  /** Lines that a pod's name may take. */
  podLines: number;
  showsRoutes: boolean;
}

/** What the tunnel between two nodes is called. */
export const TUNNEL_LABEL: Style = { family: 'sans', size: 12.5, bold: true, colour: 'tunnel' };

const name = (size: number): Style => ({ family: 'sans', size, bold: true, colour: 'title' });

/** By how many nodes stand beside each other. */
export function sizeFor(nodesBeside: number): Size {
  if (nodesBeside <= 2)
    return {
      header: 38,
      device: 46,
      gap: 12,
      padding: 14,
      inset: { device: 10, pod: 8 },
      name: name(17),
      first: 13.5,
      second: 11,
      pod: 11.5,
      podLines: 3,
      showsRoutes: true,
    };
  const compact = nodesBeside > 3;
  return {
    header: compact ? 32 : 34,
    device: compact ? 40 : 42,
    gap: 10,
    padding: compact ? 10 : 12,
    inset: compact ? { device: 8, pod: 6 } : { device: 10, pod: 8 },
    name: name(compact ? 14 : 15),
    first: compact ? 11.5 : 12.5,
    second: compact ? 9.5 : 10.5,
    pod: compact ? 10 : 11,
    podLines: compact ? 2 : 3,
    showsRoutes: false,
  };
}
