import { AssemblyError } from '../assembly/template.ts';

/** Route of an HTTP API, taken apart. */
export interface RoutePattern {
  /** `POST /events/{type}`, or `$default`. */
  readonly key: string;
  /** `ANY` for every method. */
  readonly method: string;
  /** Without the leading slash; `{name}` takes one segment, a last `{name+}` all that follow. */
  readonly segments: readonly string[];
}

/** @throws AssemblyError for what is no route key */
export const parseRouteKey = (key: string): RoutePattern => {
  if (key === '$default') return { key, method: 'ANY', segments: ['{proxy+}'] };
  const [, method, path] = /^(ANY|GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) \/(\S*)$/.exec(key) ?? [];
  if (method === undefined || path === undefined)
    throw new AssemblyError(`RouteKey is ${JSON.stringify(key)}; METHOD /path or $default is needed`);
  return { key, method, segments: path.split('/') };
};

export interface RouteMatch<Route> {
  readonly route: Route;
  /** Decoded. */
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The route that serves a request: a full match before one with `{name+}` before `$default`, and the more exact one of those
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html).
 */
export const matchRoute = <Route extends RoutePattern>(
  routes: readonly Route[],
  method: string,
  path: string,
): RouteMatch<Route> | undefined => {
  const segments = path.replace(/^\//, '').split('/');
  const matches = routes
    .filter((route) => route.method === 'ANY' || route.method === method)
    .flatMap((route) => {
      const parameters = parametersOf(route.segments, segments);
      return parameters ? [{ route, parameters }] : [];
    });
  return matches.sort((a, b) => compare(a.route, b.route))[0];
};

const parametersOf = (
  pattern: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined => {
  const parameters: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const [, name, greedy] = /^\{([^}+]+)(\+?)\}$/.exec(expected) ?? [];
    if (name !== undefined && greedy) {
      const rest = segments.slice(index).join('/');
      return index < segments.length ? { ...parameters, [name]: decoded(rest) } : undefined;
    }
    const segment = segments[index];
    if (segment === undefined || (name === undefined ? segment !== expected : segment === '')) return undefined;
    if (name !== undefined) parameters[name] = decoded(segment);
  }
  return pattern.length === segments.length ? parameters : undefined;
};

/** Exactness from segment to segment, then of the method; `$default` is the last resort. */
const compare = (a: RoutePattern, b: RoutePattern): number => {
  for (let index = 0; index < Math.max(a.segments.length, b.segments.length); index++) {
    const difference = vagueness(a.segments[index]) - vagueness(b.segments[index]);
    if (difference !== 0) return difference;
  }
  return (
    Number(a.method === 'ANY') - Number(b.method === 'ANY') ||
    Number(a.key === '$default') - Number(b.key === '$default')
  );
};

const vagueness = (segment = ''): number => (segment.endsWith('+}') ? 2 : segment.startsWith('{') ? 1 : 0);

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
