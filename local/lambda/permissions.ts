import * as z from 'zod/mini';
import { matchesAction, matchesArn } from '../iam/patterns.ts';
import { type Model, readProperties } from '../template/model.ts';
import { ACCOUNT } from '../template/names.ts';
import type { LambdaFunction } from './functions.ts';

const permissionSchema = z.object({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: z.optional(z.string()),
  SourceAccount: z.optional(z.string()),
});

/** The resource-based policies of functions. They allow AWS services to invoke functions for certain sources. */
export class Permissions {
  readonly #permissions: z.output<typeof permissionSchema>[];

  constructor(model: Model) {
    this.#permissions = model
      .ofType('AWS::Lambda::Permission')
      .map((resource) => readProperties(resource, permissionSchema));
  }

  allows(principal: string, fn: LambdaFunction, sourceArn: string): boolean {
    return this.#permissions.some(
      (permission) =>
        permission.Principal === principal &&
        (permission.FunctionName === fn.name || permission.FunctionName === fn.arn) &&
        matchesAction(permission.Action, 'lambda:InvokeFunction') &&
        (permission.SourceArn === undefined || matchesArn(permission.SourceArn, sourceArn)) &&
        (permission.SourceAccount === undefined || permission.SourceAccount === ACCOUNT),
    );
  }
}
