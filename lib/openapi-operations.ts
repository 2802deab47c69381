import * as z from 'zod/mini';
import type { Route } from '../functions/http/route.ts';

/** A schema as zod writes it. */
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
  /** True: stands for parameters of any name. */
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
  200: 'The answer',
  201: 'Done; this is how it is now',
  202: 'Accepted; it is delivered soon after',
  204: 'Done, or nothing had to be',
};

/** The schemas of a route, by the keys under which {@link describe} looks for them. */
export const schemasOf = (route: Route) =>
  (['params', 'query', 'body', 'response'] as const).flatMap((part) => {
    const schema = route[part];
    return schema ? [[keyOf(route, part), schema] as const] : [];
  });

const keyOf = (route: Route, part: string) => `${operationId(route)} ${part}`;

/** All schemas in one go, so that those with an id are written once, and all references lead to where they stand then. */
export function toJson(schemas: Record<string, z.ZodMiniType>): JsonSchema {
  const written = z.toJSONSchema(z.object(schemas), {
    // As they are sent; for answers, too, since a reader has to expect more fields than they know.
    io: 'input',
    override({ zodSchema, jsonSchema }) {
      // Zod leaves these out where it cannot know whether they are meant before or after a transformation: before.
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
 * Describes one route, out of the schemas as JSON.
 * @param group what it has in common with others: their heading, and the component by which they tell failures
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

/** A path as OpenAPI writes it. */
export const pathOf = (route: Route) => route.path.replace(PARAMETER, '{$1}');

/** A parameter in a path of Hono, with the pattern that it may have. */
const PARAMETER = /:(\w+)(\{.*?\})?/g;

/**
 * `getCtxFriendsByFid` for `GET /ctx/{id}/friends/{fid}`: a path's last parameter tells it from the path above.
 */
function operationId({ method, path }: Route): string {
  const segments = path.replace(PARAMETER, ':$1').split('/').slice(1);
  const words = segments.flatMap((segment, n) => {
    // What is no word, as a version is not, has no place in a name.
    if (!segment.startsWith(':')) return /^[a-z]/i.test(segment) ? [segment] : [];
    return n === segments.length - 1 ? ['by', segment.slice(1)] : [];
  });
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

/** The members of an object as parameters; whatever else it may have is one parameter that stands for any name. */
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

/** What is sent as JSON. */
export const json = (schema: object) => ({ 'application/json': { schema } });

/** A form with a file. */
const form = (field: string) => ({
  'multipart/form-data': {
    schema: {
      type: 'object',
      required: [field],
      properties: { [field]: { type: 'string', contentMediaType: 'application/octet-stream' } },
    },
  },
});
