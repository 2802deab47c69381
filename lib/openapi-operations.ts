import * as z from 'zod/mini';
import type { Route } from '../functions/http/route.ts';

/** A JSON schema that zod generates. */
interface JsonSchema {
  readonly properties?: Record<string, JsonSchema>;
  readonly required?: readonly string[];
  readonly additionalProperties?: object;
  readonly $defs?: Record<string, JsonSchema>;
  readonly type?: unknown;
  readonly description?: string;
  readonly examples?: readonly unknown[];
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly description?: string | undefined;
  readonly required?: boolean;
  readonly allowEmptyValue?: boolean;
  readonly style?: string;
  /** True: accepts parameters of any name. */
  readonly explode?: boolean;
  readonly schema: object;
  readonly example?: unknown;
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: object;
  readonly responses: Record<string, object>;
}

const ANSWER: Record<Route['status'], string> = {
  200: 'Success',
  201: 'Created or changed; the body is the new state',
  202: 'Accepted; the work continues after the response',
  204: 'Done, or no change was necessary',
};

/** The schemas of a route, by the keys under which {@link describe} looks for them. */
export const schemasOf = (route: Route) =>
  (['params', 'query', 'body', 'response'] as const).flatMap((part) => {
    const schema = route[part];
    return schema ? [[keyOf(route, part), schema] as const] : [];
  });

const keyOf = (route: Route, part: string) => `${operationId(route)} ${part}`;

/** Converts all schemas at once, so that schemas with an id appear once and references resolve to them. */
export function toJson(schemas: Record<string, z.ZodMiniType>): JsonSchema {
  const written = z.toJSONSchema(z.object(schemas), {
    // Input schemas allow additional properties. Clients must accept unknown fields in responses, too.
    io: 'input',
    override({ zodSchema, jsonSchema }) {
      // Zod omits these for transformed values. Here they describe the value before the transformation.
      const { examples, default: preset } = z.globalRegistry.get(zodSchema) ?? {};
      if (Array.isArray(examples)) jsonSchema.examples = examples;
      if (preset !== undefined) jsonSchema.default = preset;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      delete jsonSchema.propertyNames;
      if (jsonSchema.type === 'integer') delete jsonSchema.pattern;
    },
  });
  return JSON.parse(JSON.stringify(written).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

/**
 * Describes one route.
 * @param group the tag of the route's section, and the response component of its failures
 */
export function describe(
  route: Route,
  { tag, failure }: { tag: string; failure: string },
  schemas: Record<string, JsonSchema>,
): Operation {
  const schema = (part: string) => schemas[keyOf(route, part)];
  const body = schema('body');
  const response = schema('response');
  return {
    operationId: operationId(route),
    tags: [tag],
    summary: route.summary,
    parameters: [...parameters('path', schema('params')), ...parameters('query', schema('query'))],
    ...(body && {
      requestBody: { required: true, content: { ...json(body), ...(route.form && form(route.form.field)) } },
    }),
    responses: {
      [route.status]: { description: ANSWER[route.status], ...(response && { content: json(response) }) },
      default: { $ref: `#/components/responses/${failure}` },
    },
  };
}

/** A path in OpenAPI notation. */
export const pathOf = (route: Route) => route.path.replace(PARAMETER, '{$1}');

/** A path parameter of Hono, with an optional pattern. */
const PARAMETER = /:(\w+)(\{.*?\})?/g;

/**
 * `getCtxFriendsByFid` for `GET /ctx/{id}/friends/{fid}`. The last parameter distinguishes an item from its list.
 */
function operationId({ method, path }: Route): string {
  const segments = path.replace(PARAMETER, ':$1').split('/').slice(1);
  const words = segments.flatMap((segment, n) => {
    // Segments such as version numbers are omitted.
    if (!segment.startsWith(':')) return /^[a-z]/i.test(segment) ? segment.split('-') : [];
    return n === segments.length - 1 ? ['by', segment.slice(1)] : [];
  });
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

/** The properties of an object as parameters. Additional properties become one exploded parameter. */
function parameters(place: Parameter['in'], object: JsonSchema = {}): Parameter[] {
  const { properties = {}, required = [], additionalProperties } = object;
  const named = Object.entries(properties).map(([name, { description, examples, ...schema }]) => ({
    name,
    in: place,
    ...(description && { description }),
    ...(required.includes(name) && { required: true }),
    ...(place === 'query' && schema.type === 'boolean' && { allowEmptyValue: true }),
    ...(schema.type === 'array' && { style: 'form', explode: false }),
    schema,
    ...(examples && { example: examples[0] }),
  }));
  if (!additionalProperties) return named;
  const { description, examples: [example] = [] } = object;
  const schema = { type: 'object', additionalProperties };
  return [{ name: 'attributes', in: place, description, style: 'form', explode: true, schema, example }, ...named];
}

/** JSON content. */
export const json = (schema: object) => ({ 'application/json': { schema } });

/** Multipart content with one file. */
const form = (field: string) => ({
  'multipart/form-data': {
    schema: {
      type: 'object',
      required: [field],
      properties: { [field]: { type: 'string', contentMediaType: 'application/octet-stream' } },
    },
  },
});
