import type { Answer, Service } from '../gate/gate.ts';
import { type QueryFailure, queryFailure, querySuccess } from '../shared/query-protocol.ts';
import { arn, stackArn } from '../template/names.ts';

const NAMESPACE = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

/**
 * The CloudFormation API. It implements DescribeStacks of one stack, which returns the outputs.
 * @param outputs returns the outputs of a stack, or undefined if the stack does not exist
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
 */
export function cloudFormationApi(outputs: (stack: string) => Record<string, string> | undefined): Service {
  return async ({ body }, authorize) => {
    const form = new URLSearchParams(body.toString('utf8'));
    const operation = form.get('Action') ?? 'Unknown';
    const name = form.get('StackName') ?? '';
    const resource = arn('cloudformation', `stack/${name}/*`);
    const refuse = (failure: QueryFailure, allowed = true): Answer => {
      return { operation, resource, allowed, reply: queryFailure(NAMESPACE, failure) };
    };
    if (operation !== 'DescribeStacks' || name === '') {
      const message = 'The local cloud implements DescribeStacks of one stack only';
      return refuse({ status: 400, code: 'InvalidAction', message });
    }
    const denial = authorize('cloudformation:DescribeStacks', resource);
    if (denial) return refuse({ status: 403, code: 'AccessDenied', message: denial.message }, false);
    const found = outputs(name);
    if (!found) {
      return refuse({ status: 400, code: 'ValidationError', message: `Stack with id ${name} does not exist` });
    }
    const member = Object.entries(found).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));
    const stack = {
      StackName: name,
      StackId: stackArn(name),
      StackStatus: 'CREATE_COMPLETE',
      CreationTime: '1970-01-01T00:00:00Z',
      Outputs: { member },
    };
    const reply = querySuccess(NAMESPACE, operation, { Stacks: { member: [stack] } });
    return { operation, resource, allowed: true, reply };
  };
}
