import type { BoxLook, Ink, LineLook } from './scene.ts';

/** Fonts that systems have of their own, and colours: words on their background have a contrast of at least 4.5 (WCAG 2.1, 1.4.3). */
export const fonts = {
  sans: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif',
  mono: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace',
};

interface BoxPaint {
  fill: string;
  stroke: string;
  radius: number;
  dash?: string;
}

export const boxPaints: Record<BoxLook, BoxPaint> = {
  node: { fill: '#f8fafc', stroke: '#94a3b8', radius: 10 },
  ethernet: { fill: '#eff6ff', stroke: '#3b82f6', radius: 6 },
  tunnel: { fill: '#f5f3ff', stroke: '#7c3aed', radius: 6 },
  bridge: { fill: '#ecfdf5', stroke: '#059669', radius: 6 },
  routes: { fill: '#ffffff', stroke: '#cbd5e1', radius: 6 },
  pod: { fill: '#fffbeb', stroke: '#d97706', radius: 6 },
  segment: { fill: '#334155', stroke: '#334155', radius: 6 },
  outside: { fill: '#f1f5f9', stroke: '#64748b', radius: 8 },
  overlay: { fill: '#f5f3ff', stroke: '#7c3aed', radius: 6, dash: '6 4' },
};

export const linePaints: Record<LineLook, { stroke: string; width: number; dash?: string; ends?: number }> = {
  cable: { stroke: '#475569', width: 1.75, ends: 3 },
  bundle: { stroke: '#475569', width: 5 },
  veth: { stroke: '#059669', width: 1.25, ends: 2 },
  harness: { stroke: '#059669', width: 5 },
  tunnel: { stroke: '#7c3aed', width: 2, dash: '7 5' },
  inside: { stroke: '#94a3b8', width: 2 },
  carried: { stroke: '#7c3aed', width: 2, dash: '3 2' },
};

export const inks: Record<Ink, string> = {
  title: '#0f172a',
  plain: '#1e293b',
  faint: '#475569',
  light: '#ffffff',
  pale: '#cbd5e1',
  ethernet: '#1e3a8a',
  tunnel: '#4c1d95',
  bridge: '#064e3b',
  pod: '#451a03',
};
