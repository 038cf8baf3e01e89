/** A route (ip-route(8)). */
export interface Route {
  /** `main` where absent. */
  table?: string;
  family?: 6;
  /** `default` or a CIDR; a host route without `/32`, as the kernel prints it. */
  to: string;
  /** What becomes of the packet where it is not sent on: `blackhole`, `unreachable`, `prohibit`, `throw`. */
  type?: string;
  via?: string;
  /** Empty where the route has no device, or several next hops. */
  dev: string;
  metric?: number;
  onlink?: boolean;
  scope?: 'global' | 'link' | 'host';
  src?: string;
  /** `kernel` for the connected routes that the kernel adds with an address; boot is what is typed without a protocol. */
  protocol?: string;
  /** Metrics that somebody gave it, as ip-route(8) takes them: `mtu 600`. */
  metrics?: string;
  tos?: string;
}

export function ensureRoute(want: Route): string {
  return `route replace ${words(want)}`;
}

export function removeRoute(got: Route): string {
  return `route delete ${words(got)}`;
}

/** The kernel tells routes of a table apart by destination, type of service and metric; a local table has several rows of one destination. */
export const routeKey = (route: Route): string =>
  [
    route.table ?? 'main',
    route.family ?? 4,
    route.to,
    route.tos ?? '',
    route.metric ?? 0,
    isLocal(route) ? `${route.type} ${route.dev}` : '',
  ].join(' ');

const isLocal = ({ type }: Route) =>
  type === 'local' || type === 'broadcast' || type === 'multicast' || type === 'anycast';

export function describeRoute(route: Route): string {
  return `route ${words(route)}`;
}

function words(route: Route): string {
  return (
    (route.type === undefined ? '' : `${route.type} `) +
    route.to +
    (route.via === undefined ? '' : ` via ${route.via}`) +
    (route.dev === '' ? '' : ` dev ${route.dev}`) +
    (route.scope === undefined || route.scope === 'global' ? '' : ` scope ${route.scope}`) +
    (route.src === undefined ? '' : ` src ${route.src}`) +
    (route.protocol === 'kernel' ? ' proto kernel' : '') +
    (route.tos === undefined ? '' : ` tos ${route.tos}`) +
    (route.table === undefined ? '' : ` table ${route.table}`) +
    (route.metric === undefined ? '' : ` metric ${route.metric}`) +
    (route.metrics === undefined ? '' : ` ${route.metrics}`) +
    (route.onlink ? ' onlink' : '')
  );
}

export function routeDifferences(want: Route, got: Route): string[] {
  const compared: [string, unknown, unknown][] = [
    ['type', want.type, got.type],
    ['via', want.via, got.via],
    ['dev', want.dev, got.dev],
    ['onlink', want.onlink ?? false, got.onlink ?? false],
    ['src', want.src, got.src],
    ['metrics', want.metrics, got.metrics],
  ];
  return compared
    .filter(([, wanted, seen]) => wanted !== seen)
    .map(
      ([what, wanted, seen]) => `${what}: want ${String(wanted ?? 'none')}, got ${String(seen ?? 'none')}`,
    );
}

interface RouteJson {
  type?: string;
  dst: string;
  gateway?: string;
  dev?: string;
  metric?: number;
  flags?: string[];
  scope?: string;
  prefsrc?: string;
  protocol?: string;
  table?: string;
  tos?: string;
  metrics?: Record<string, number | string>[];
}

/** From one element of `ip -json route show`. */
export function parseRoute(json: RouteJson): Route {
  return {
    to: json.dst,
    ...(json.table === undefined || json.table === 'main' ? {} : { table: json.table }),
    ...(isIpv6(json) ? { family: 6 } : {}),
    ...(json.tos === undefined ? {} : { tos: json.tos }),
    ...(json.metrics?.length ? { metrics: metricsText(json.metrics) } : {}),
    ...(json.type === undefined || json.type === 'unicast' ? {} : { type: json.type }),
    ...(json.gateway === undefined ? {} : { via: json.gateway }),
    dev: json.dev ?? '',
    ...(json.metric === undefined ? {} : { metric: json.metric }),
    ...(json.flags?.includes('onlink') ? { onlink: true } : {}),
    ...(json.scope === 'link' || json.scope === 'host' ? { scope: json.scope } : {}),
    ...(json.prefsrc === undefined ? {} : { src: json.prefsrc }),
    protocol: json.protocol ?? 'boot',
  };
}

/** iproute2 does not say of which family a default route is; only IPv6's have a preference. */
const isIpv6 = (json: RouteJson): boolean => json.dst.includes(':') || 'pref' in json;

const metricsText = (metrics: readonly Record<string, number | string>[]): string =>
  metrics.flatMap((each) => Object.entries(each).map(([name, value]) => `${name} ${value}`)).join(' ');
