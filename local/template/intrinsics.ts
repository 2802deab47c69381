import { isObject, type Json } from '../shared/json.ts';

/** The data for intrinsic functions, one for each stack. */
export interface Scope {
  /** The value of a parameter, pseudo parameter or resource. Undefined for AWS::NoValue. */
  ref(name: string): Json | undefined;
  attribute(logicalId: string, name: string): Json;
  importValue(name: string): Json;
  /** An output of any stack, in any region. */
  stackOutput(stack: string, output: string): Json;
  condition(name: string): boolean;
  mapping(map: string, first: string, second: string): Json;
}

/** A template cannot be resolved. `located` is true if the message names the resource. */
export class TemplateError extends Error {
  located = false;
}

type Intrinsic = (argument: Json, scope: Scope) => Json | undefined;

/** Resolves every intrinsic function in a value. Undefined means AWS::NoValue: the property is absent. */
export function resolve(value: Json, scope: Scope): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => resolve(item, scope)).filter((item) => item !== undefined);
  if (!isObject(value)) return value;
  const [entry, ...others] = Object.entries(value);
  if (entry && others.length === 0) {
    const [name, argument] = entry;
    const intrinsic = INTRINSICS[name];
    if (intrinsic) return intrinsic(argument, scope);
    if (name.startsWith('Fn::')) throw new TemplateError(`the local cloud does not implement ${name}`);
  }
  const result: Json = {};
  for (const [key, item] of Object.entries(value)) {
    const resolved = resolve(item, scope);
    if (resolved !== undefined) result[key] = resolved;
  }
  return result;
}

export function evaluateCondition(value: Json, scope: Scope): boolean {
  const result = resolve(value, scope);
  if (typeof result !== 'boolean') throw new TemplateError(`a condition is neither true nor false: ${show(value)}`);
  return result;
}

const INTRINSICS: Record<string, Intrinsic> = {
  Ref: (argument, scope) => scope.ref(text(argument, 'Ref')),
  Condition: (argument, scope) => scope.condition(text(argument, 'Condition')),
  'Fn::GetAtt': (argument, scope) => {
    const [logicalId, ...path] =
      typeof argument === 'string' ? argument.split('.') : strings(resolve(argument, scope), 'Fn::GetAtt');
    if (logicalId === undefined || path.length === 0) throw new TemplateError(`Fn::GetAtt of ${show(argument)}`);
    return scope.attribute(logicalId, path.join('.'));
  },
  'Fn::Join': (argument, scope) => {
    const [delimiter, values] = list(argument, 'Fn::Join');
    return strings(resolve(values ?? null, scope), 'Fn::Join').join(text(delimiter, 'Fn::Join'));
  },
  'Fn::Sub': substitute,
  'Fn::Select': (argument, scope) => {
    const [index, values] = list(resolve(argument, scope), 'Fn::Select');
    const selected = list(values, 'Fn::Select')[Number(index)];
    if (selected === undefined) throw new TemplateError(`Fn::Select finds nothing at index ${show(index ?? null)}`);
    return selected;
  },
  'Fn::Split': (argument, scope) => {
    const [delimiter, source] = list(resolve(argument, scope), 'Fn::Split');
    return text(source, 'Fn::Split').split(text(delimiter, 'Fn::Split'));
  },
  'Fn::ImportValue': (argument, scope) => scope.importValue(text(resolve(argument, scope), 'Fn::ImportValue')),
  'Fn::GetStackOutput': (argument, scope) => {
    const { StackName, OutputName } = Object(resolve(argument, scope));
    return scope.stackOutput(text(StackName, 'Fn::GetStackOutput'), text(OutputName, 'Fn::GetStackOutput'));
  },
  'Fn::FindInMap': (argument, scope) => {
    const [map, first, second] = strings(resolve(argument, scope), 'Fn::FindInMap');
    if (map === undefined || first === undefined || second === undefined) {
      throw new TemplateError(`Fn::FindInMap of ${show(argument)}`);
    }
    return scope.mapping(map, first, second);
  },
  'Fn::If': (argument, scope) => {
    const [name, whenTrue, whenFalse] = list(argument, 'Fn::If');
    const chosen = scope.condition(text(name, 'Fn::If')) ? whenTrue : whenFalse;
    return chosen === undefined ? undefined : resolve(chosen, scope);
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right] = list(resolve(argument, scope), 'Fn::Equals');
    return isObject(left) || Array.isArray(left) ? show(left) === show(right ?? null) : String(left) === String(right);
  },
  'Fn::And': (argument, scope) => list(argument, 'Fn::And').every((item) => evaluateCondition(item, scope)),
  'Fn::Or': (argument, scope) => list(argument, 'Fn::Or').some((item) => evaluateCondition(item, scope)),
  'Fn::Not': (argument, scope) => !evaluateCondition(list(argument, 'Fn::Not')[0] ?? null, scope),
};

function substitute(argument: Json, scope: Scope): Json {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const given = isObject(variables) ? variables : {};
  return text(template, 'Fn::Sub').replace(/\$\{([^}]+)\}/g, (_match, inner: string) => {
    const name = inner.trim();
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    const dot = name.indexOf('.');
    const value =
      given[name] !== undefined
        ? resolve(given[name], scope)
        : dot > 0
          ? scope.attribute(name.slice(0, dot), name.slice(dot + 1))
          : scope.ref(name);
    return text(value, 'Fn::Sub');
  });
}

function text(value: Json | undefined, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TemplateError(`${where} needs a string, not ${show(value ?? null)}`);
}

function list(value: Json | undefined, where: string): Json[] {
  if (Array.isArray(value)) return value;
  throw new TemplateError(`${where} needs a list, not ${show(value ?? null)}`);
}

function strings(value: Json | undefined, where: string): string[] {
  return list(value, where).map((item) => text(item, where));
}

function show(value: Json): string {
  return JSON.stringify(value);
}
