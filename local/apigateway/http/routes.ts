import type { Api, Route } from '../template.ts';

export interface RouteMatch {
  route: Route;
  pathParameters: Record<string, string>;
}

/**
 * The most specific route of a request. A full match precedes a greedy one, the request's method precedes ANY,
 * and `$default` is last.
 */
export function matchRoute(api: Api, method: string, path: string): RouteMatch | undefined {
  let best: (RouteMatch & { rank: number[] }) | undefined;
  for (const route of api.routes.values()) {
    const [routeMethod = '', template] = route.key.split(' ');
    if (template === undefined || (routeMethod !== 'ANY' && routeMethod !== method)) continue;
    const pathParameters = matchPath(template, path);
    if (!pathParameters) continue;
    const literal = template.split('/').filter((segment) => !segment.startsWith('{')).length;
    const rank = [template.includes('+}') ? 0 : 1, literal, routeMethod === 'ANY' ? 0 : 1];
    if (!best || compare(rank, best.rank) > 0) best = { route, pathParameters, rank };
  }
  if (best) return { route: best.route, pathParameters: best.pathParameters };
  const fallback = api.routes.get('$default');
  return fallback && { route: fallback, pathParameters: {} };
}

function matchPath(template: string, path: string): Record<string, string> | undefined {
  const expected = template.split('/').slice(1);
  const actual = path.split('/').slice(1);
  const parameters: Record<string, string> = {};
  for (const [i, segment] of expected.entries()) {
    const greedy = /^\{(.+)\+\}$/.exec(segment)?.[1];
    if (greedy) {
      const rest = actual.slice(i).join('/');
      if (rest === '') return undefined;
      parameters[greedy] = decode(rest);
      return parameters;
    }
    const value = actual[i];
    if (value === undefined) return undefined;
    const name = /^\{(.+)\}$/.exec(segment)?.[1];
    if (name && value !== '') parameters[name] = decode(value);
    else if (segment !== value) return undefined;
  }
  return expected.length === actual.length ? parameters : undefined;
}

/** Like API Gateway, leaves invalid percent-encoding unchanged. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function compare(left: number[], right: number[]): number {
  for (const [i, value] of left.entries()) {
    const difference = value - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
