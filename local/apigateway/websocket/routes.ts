import { isObject, type Json, tryParse } from '../../shared/json.ts';
import type { Api, Route } from '../template.ts';

/** `$request.body.action` or `${request.body.action}`, possibly deeper. */
const EXPRESSION = /^\$\{?request\.body\.([^}]+)\}?$/;

/** The route of a message: the one its JSON body names, else `$default`, else none. */
export function selectRoute(api: Api, body: string): Route | undefined {
  const path = EXPRESSION.exec(api.routeSelection)?.[1];
  // Without routes of its own names, an API need not look into its messages at all.
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
