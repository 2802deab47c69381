type Values = Record<string, unknown>;

/** The attributes that have one of these names. */
export function pick(attributes: Values, names: readonly string[]): Values {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => names.includes(name)));
}

/** Whether a path, such as `address.city`, leads to an attribute with one of these names, or into it. */
export function isWithin(path: string, names: readonly string[]): boolean {
  return names.some((name) => path === name || path.startsWith(`${name}.`));
}
