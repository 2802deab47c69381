import * as z from 'zod/mini';
import type { Json } from '../shared/json.ts';

export const json: z.ZodMiniType<Json> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(json), z.record(z.string(), json)]),
);

const anyJson = z.custom<Json>(() => true);

/** The parts of a CloudFormation template that the local cloud reads. */
export const templateSchema = z.object({
  Parameters: z.optional(
    z.record(z.string(), z.object({ Type: z.string(), Default: z.optional(z.union([z.string(), z.number()])) })),
  ),
  Mappings: z.optional(z.record(z.string(), z.record(z.string(), z.record(z.string(), anyJson)))),
  Conditions: z.optional(z.record(z.string(), anyJson)),
  Resources: z.optional(
    z.record(
      z.string(),
      z.object({
        Type: z.string(),
        Condition: z.optional(z.string()),
        DependsOn: z.optional(z.union([z.string(), z.array(z.string())])),
        Properties: z.optional(z.record(z.string(), anyJson)),
      }),
    ),
  ),
  Outputs: z.optional(
    z.record(
      z.string(),
      z.object({
        Value: anyJson,
        Condition: z.optional(z.string()),
        Export: z.optional(z.object({ Name: anyJson })),
      }),
    ),
  ),
});

export type Template = z.output<typeof templateSchema>;

/** An object that rejects unknown properties, so that no part of a template is ignored. */
export function strict<S extends z.core.$ZodLooseShape>(shape: S): z.ZodMiniObject<S, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? `the local cloud does not implement ${issue.keys.join(', ')}` : undefined,
  });
}

/** CloudFormation accepts numbers and booleans as strings. */
export const number = z.pipe(
  z.union([z.number(), z.string()]),
  z.transform((value, context) => {
    const parsed = Number(value);
    if (!Number.isFinite(parsed)) context.issues.push({ code: 'custom', message: 'not a number', input: value });
    return parsed;
  }),
);

export const boolean = z.pipe(
  z.union([z.boolean(), z.literal('true'), z.literal('false')]),
  z.transform((value) => value === true || value === 'true'),
);
