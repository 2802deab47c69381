import { isObject, type Json, tryParse } from '../../shared/json.ts';
import type { Api, Route } from '../template.ts';

/** `$request.body.action` or `${request.body.action}`, including nested members. */
const EXPRESSION = /^\$\{?request\.body\.([^}]+)\}?$/;

/** An expression without variables: `\\$default`, with an escaped dollar sign. */
const CONSTANT = /^\\(\$\w+)$/;

/** The route of a message: a constant route, or the route that its JSON body names, or `$default`, or none. */
export function selectRoute(api: Api, body: string): Route | undefined {
  const constant = CONSTANT.exec(api.routeSelection)?.[1];
  if (constant) return api.routes.get(constant) ?? api.routes.get('$default');
  const path = EXPRESSION.exec(api.routeSelection)?.[1] ?? '';
  let value: Json | undefined = tryParse(body);
  // AWS documents `$default` for messages that are not JSON. It does not document the route of JSON that is not an object,
  // such as the ping `2`. Here, such a message has no route, so that nothing depends on it.
  if (value !== undefined && !isObject(value)) return undefined;
  for (const key of path.split('.')) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  const named = typeof value === 'string' && !value.startsWith('$') ? api.routes.get(value) : undefined;
  return named ?? api.routes.get('$default');
}
