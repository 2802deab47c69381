/** A value that can be searched and sorted. `null` is not a value. */
export type Scalar = string | number | boolean;

/**
 * Yields all scalars with their paths: names joined by dots. The elements of a list have the path of the list, so a
 * condition matches if one element matches.
 */
export function* scalars(value: unknown, path = ''): Generator<[path: string, value: Scalar]> {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    yield [path, value];
  } else if (Array.isArray(value)) {
    for (const element of value) yield* scalars(element, path);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) yield* scalars(member, path === '' ? name : `${path}.${name}`);
  }
}

/** The scalars at one path, in the order of the attributes. */
export function scalarsAt(attributes: Record<string, unknown>, path: string): Scalar[] {
  return [...scalars(attributes)].filter(([at]) => at === path).map(([, value]) => value);
}
