import { isObject, type Json, tryParse } from '../../shared/json.ts';
import type { Api, Route } from '../template.ts';

/** `$request.body.action` or `${request.body.action}`, including nested members. */
const EXPRESSION = /^\$\{?request\.body\.([^}]+)\}?$/;

/** The route of a message: the route that its JSON body names, or `$default`, or none. */
export function selectRoute(api: Api, body: string): Route | undefined {
  const path = EXPRESSION.exec(api.routeSelection)?.[1];
  // An API without custom routes does not parse messages.
  const named = [...api.routes.keys()].some((key) => !key.startsWith('$'));
  if (named && path) {
    let value: Json | undefined = tryParse(body);
    for (const key of path.split('.')) value = isObject(value) ? value[key] : undefined;
    if (typeof value === 'string' && !value.startsWith('$')) {
      const route = api.routes.get(value);
      if (route) return route;
    }
  }
  return api.routes.get('$default');
}
