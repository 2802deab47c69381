import type { Principal } from '../chat/principal.ts';

/**
 * The partition that holds all there is about one principal.
 * `#` separates: no application id and no user id may contain it.
 */
export function principalKey({ app, kind, id }: Principal): string {
  return `${app}#${kind}#${id}`;
}
