import { isObject, type Json, tryParse } from '../../shared/json.ts';
import type { Api, Route } from '../template.ts';

/** `$request.body.action` or `${request.body.action}`, possibly deeper. */
const EXPRESSION = /^\$\{?request\.body\.([^}]+)\}?$/;

/** An expression without variables: `\\$default`, in which the dollar sign is escaped. */
const CONSTANT = /^\\(\$\w+)$/;

/** The route of a message: the one its JSON body names, else `$default`, else none. */
export function selectRoute(api: Api, body: string): Route | undefined {
  const constant = CONSTANT.exec(api.routeSelection)?.[1];
  if (constant) return api.routes.get(constant) ?? api.routes.get('$default');
  const path = EXPRESSION.exec(api.routeSelection)?.[1] ?? '';
  let value: Json | undefined = tryParse(body);
  // AWS documents `$default` for messages that are not JSON. Where JSON goes that is no object, such as the ping `2`,
  // it does not say: here nowhere, so that nothing relies on it.
  if (value !== undefined && !isObject(value)) return undefined;
  for (const key of path.split('.')) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  const named = typeof value === 'string' && !value.startsWith('$') ? api.routes.get(value) : undefined;
  return named ?? api.routes.get('$default');
}
