import * as z from 'zod/mini';
import { asList } from '../shared/json.ts';
import { assertConditions, type Conditions } from './conditions.ts';

export interface Statement {
  effect: 'Allow' | 'Deny';
  actions: { match: boolean; patterns: string[] };
  resources: { match: boolean; patterns: string[] };
  conditions: Conditions;
}

const strings = z.union([z.string(), z.array(z.string())]);
const conditionValue = z.union([z.string(), z.boolean(), z.number()]);

const statementSchema = z.object({
  Sid: z.optional(z.string()),
  Effect: z.enum(['Allow', 'Deny']),
  Action: z.optional(strings),
  NotAction: z.optional(strings),
  Resource: z.optional(strings),
  NotResource: z.optional(strings),
  Condition: z.optional(z.record(z.string(), z.record(z.string(), z.union([conditionValue, z.array(conditionValue)])))),
});

const documentSchema = z.object({ Statement: z.union([statementSchema, z.array(statementSchema)]) });

/**
 * Parses a policy document. Rejects every element that the evaluator does not support, so that no part is ignored.
 */
export function readPolicy(document: unknown, where: string): Statement[] {
  const parsed = z.safeParse(documentSchema, document);
  if (!parsed.success) throw new Error(`${where}: not a policy document: ${z.prettifyError(parsed.error)}`);
  return asList(parsed.data.Statement).map((statement) => {
    const { Action, NotAction, Resource, NotResource } = statement;
    if ((Action === undefined) === (NotAction === undefined)) {
      throw new Error(`${where}: a statement needs either Action or NotAction`);
    }
    if ((Resource === undefined) === (NotResource === undefined)) {
      throw new Error(`${where}: a statement needs either Resource or NotResource`);
    }
    const conditions: Conditions = Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => ({ operator, key, values: asList(values).map(String) })),
    );
    assertConditions(conditions, where);
    const patterns = [...asList(Resource), ...asList(NotResource), ...conditions.flatMap(({ values }) => values)];
    const variable = patterns.find((pattern) => /\$\{/.test(pattern));
    if (variable) throw new Error(`${where}: the local cloud does not implement policy variables (${variable})`);
    return {
      effect: statement.Effect,
      actions: { match: Action !== undefined, patterns: [...asList(Action), ...asList(NotAction)] },
      resources: { match: Resource !== undefined, patterns: [...asList(Resource), ...asList(NotResource)] },
      conditions,
    };
  });
}
