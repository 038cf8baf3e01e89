/** An IPv4 route of the main table (ip-route(8)). */
export interface Route {
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
}

export function ensureRoute(want: Route): string {
  return `route replace ${words(want)}`;
}

export function removeRoute(got: Route): string {
  return `route delete ${words(got)}`;
}

/** The kernel tells routes apart by destination and metric. */
export const routeKey = (route: Route): string => `${route.to} ${route.metric ?? 0}`;

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
    (route.metric === undefined ? '' : ` metric ${route.metric}`) +
    (route.onlink ? ' onlink' : '')
  );
}

export function routeDifferences(want: Route, got: Route): string[] {
  const compared: [string, unknown, unknown][] = [
    ['type', want.type, got.type],
    ['via', want.via, got.via],
    ['dev', want.dev, got.dev],
    ['onlink', want.onlink ?? false, got.onlink ?? false],
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
}

/** From one element of `ip -json route show`. */
export function parseRoute(json: RouteJson): Route {
  return {
    to: json.dst,
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
