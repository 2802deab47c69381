import * as z from 'zod/mini';
import { isObject, type Json, type JsonObject } from '../shared/json.ts';
import { type Assembly, readAssembly, type Stack } from './assembly.ts';
import { evaluateCondition, resolve, type Scope, TemplateError } from './intrinsics.ts';
import { ACCOUNT, PARTITION, REGION, stackArn, URL_SUFFIX } from './names.ts';
import { attributeOf, describe, type Identity, isCustomResource, subject } from './resource-types.ts';

/** A value of a custom resource was read before the resource was created. */
export class PendingValue extends TemplateError {}

/** One resource of one stack, with resolved intrinsic functions. */
export interface Resource {
  stack: string;
  logicalId: string;
  type: string;
  dependsOn: string[];
  /** The name of the resource in messages. */
  where: string;
  identity(): Identity;
  properties(): JsonObject;
  /** All properties except one that can depend on custom resources. */
  propertiesExcept(property: string): JsonObject;
}

/** The resolved assembly. It is computed once and passed to every emulated service. */
export interface Model {
  resources: Resource[];
  assets: Map<string, string>;
  ofType(...types: string[]): Resource[];
  /** Records the attributes of a custom resource, so that other resources can refer to them. */
  created(resource: Resource, identity: Identity): void;
  outputs(): Record<string, string>;
  /** The outputs of one stack. Undefined if the stack does not exist. */
  outputsOf(stack: string): Record<string, string> | undefined;
}

export function loadModel(directory: string, parameters: Record<string, string> = {}): Model {
  return buildModel(readAssembly(directory), parameters);
}

export function buildModel(assembly: Assembly, parameters: Record<string, string> = {}): Model {
  const created = new Map<string, Identity>();
  const published: Published = { exports: new Map(), outputs: new Map() };
  const loaded = assembly.stacks.map((stack) => loadStack(stack, parameters, published, created));
  for (const name of Object.keys(parameters)) {
    if (!assembly.stacks.some((stack) => stack.template.Parameters?.[name])) {
      throw new Error(`No stack declares a parameter ${name}`);
    }
  }
  const resources = loaded.flatMap((stack) => stack.resources);
  return {
    resources,
    assets: assembly.assets,
    ofType: (...types) => resources.filter((resource) => types.includes(resource.type)),
    created: (resource, identity) => created.set(resource.where, identity),
    outputs: () => Object.assign({}, ...loaded.map((stack) => stack.outputs())),
    outputsOf: (name) => loaded.find((stack) => stack.name === name)?.outputs(),
  };
}

/** Values that stacks share: by export name, and by `stack.output`. */
interface Published {
  exports: Map<string, () => Json>;
  outputs: Map<string, () => Json>;
}

interface LoadedStack {
  name: string;
  resources: Resource[];
  outputs(): Record<string, string>;
}

function loadStack(
  { name: stack, template }: Stack,
  parameters: Record<string, string>,
  published: Published,
  created: Map<string, Identity>,
): LoadedStack {
  const byId = new Map<string, Resource>();
  const conditions = new Map<string, boolean>();

  const pseudo: Record<string, Json | undefined> = {
    'AWS::AccountId': ACCOUNT,
    'AWS::Region': REGION,
    'AWS::Partition': PARTITION,
    'AWS::URLSuffix': URL_SUFFIX,
    'AWS::StackName': stack,
    'AWS::StackId': stackArn(stack),
    'AWS::NoValue': undefined,
    'AWS::NotificationARNs': [],
  };

  const scope: Scope = {
    ref(name) {
      if (name in pseudo) return pseudo[name];
      const parameter = template.Parameters?.[name];
      if (parameter) {
        const value = parameters[name] ?? parameter.Default;
        if (value === undefined) throw new TemplateError(`the parameter ${name} has no value and no default`);
        return /^(CommaDelimitedList|List<)/.test(parameter.Type) ? String(value).split(',') : value;
      }
      return find(name).identity().ref;
    },
    attribute(logicalId, attribute) {
      const value = attributeOf(find(logicalId).identity(), attribute);
      if (value === undefined) {
        const { type } = find(logicalId);
        throw new TemplateError(`the local cloud knows no attribute ${attribute} of ${logicalId} (${type})`);
      }
      return value;
    },
    importValue(name) {
      const exported = published.exports.get(name);
      if (!exported) throw new TemplateError(`no stack exports ${name}`);
      return exported();
    },
    stackOutput(other, output) {
      const value = published.outputs.get(`${other}.${output}`);
      if (!value) throw new TemplateError(`there is no output ${output} of a stack ${other}`);
      return value();
    },
    condition(name) {
      const known = conditions.get(name);
      if (known !== undefined) return known;
      const definition = template.Conditions?.[name];
      if (definition === undefined) throw new TemplateError(`there is no condition ${name}`);
      const value = evaluateCondition(definition, scope);
      conditions.set(name, value);
      return value;
    },
    mapping(map, first, second) {
      const value = template.Mappings?.[map]?.[first]?.[second];
      if (value === undefined) throw new TemplateError(`there is no mapping ${map}.${first}.${second}`);
      return value;
    },
  };

  function find(logicalId: string): Resource {
    const resource = byId.get(logicalId);
    if (!resource) throw new TemplateError(`there is no resource ${logicalId}`);
    return resource;
  }

  for (const [logicalId, source] of Object.entries(template.Resources ?? {})) {
    const where = `${stack}/${logicalId} (${source.Type})`;
    if (source.Condition && !within(where, () => scope.condition(source.Condition ?? ''))) continue;
    const describeIdentity = describe(source.Type);
    const custom = isCustomResource(source.Type);
    if (!describeIdentity && !custom) {
      throw new Error(
        `${where}: the local cloud knows no resource type ${source.Type}; teach it in local/template/resource-types.ts`,
      );
    }
    const own = source.Properties ?? {};
    const text = (property: string): string | undefined => {
      const value =
        own[property] === undefined ? undefined : within(where, () => resolve(own[property] ?? null, scope));
      return value === undefined ? undefined : String(value);
    };
    byId.set(logicalId, {
      stack,
      logicalId,
      type: source.Type,
      where,
      dependsOn: typeof source.DependsOn === 'string' ? [source.DependsOn] : (source.DependsOn ?? []),
      identity: once(() => {
        if (describeIdentity) return describeIdentity(subject(stack, logicalId, text));
        const identity = created.get(where);
        if (!identity) throw new PendingValue(`${where} has not been created yet`);
        return identity;
      }),
      properties: once(() => {
        const value = within(where, () => resolve(own, scope));
        return isObject(value) ? value : {};
      }),
      propertiesExcept: (property) => {
        const { [property]: _later, ...now } = own;
        const value = within(where, () => resolve(now, scope));
        return isObject(value) ? value : {};
      },
    });
  }

  const outputs = Object.entries(template.Outputs ?? {}).filter(
    ([, output]) => !output.Condition || scope.condition(output.Condition),
  );
  for (const [key, output] of outputs) {
    const where = `${stack}, output ${key}`;
    const value = (): Json => within(where, () => resolve(output.Value, scope) ?? null);
    published.outputs.set(`${stack}.${key}`, value);
    if (!output.Export) continue;
    published.exports.set(String(within(where, () => resolve(output.Export?.Name ?? null, scope))), value);
  }

  return {
    name: stack,
    resources: [...byId.values()],
    outputs: () =>
      Object.fromEntries(
        outputs.map(([key, output]) => [
          key,
          String(within(`${stack}, output ${key}`, () => resolve(output.Value, scope))),
        ]),
      ),
  };
}

/** Computes a value at its first use. Failures are not cached, because they can be a {@link PendingValue}. */
function once<T extends object>(compute: () => T): () => T {
  let value: T | undefined;
  let computing = false;
  return () => {
    if (value) return value;
    if (computing) throw new TemplateError('resources refer to each other in a circle');
    computing = true;
    try {
      value = compute();
      return value;
    } finally {
      computing = false;
    }
  };
}

/** Adds the location in the templates to an error. */
function within<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TemplateError && !error.located) {
      error.message = `${where}: ${error.message}`;
      error.located = true;
    }
    throw error;
  }
}

/** The properties of a resource, validated by the schema of its type. */
export function readProperties<S extends z.ZodMiniType>(resource: Resource, schema: S): z.output<S> {
  const parsed = z.safeParse(schema, resource.properties());
  if (!parsed.success) throw new Error(`${resource.where}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
