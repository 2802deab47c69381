import { REGION } from '../template/names.ts';
import type { LambdaFunction } from './functions.ts';

/** Keeps the SDK from reading the configuration of whoever runs the local cloud. */
const NOWHERE = '/nonexistent';

/**
 * The whole environment of a function: what the template declares and what Lambda itself provides, nothing else.
 * `AWS_ENDPOINT_URL` leads every SDK client to the gate, and the access key tells the gate who calls.
 */
export function environmentOf(
  fn: LambdaFunction,
  gate: string,
  rewrite: (value: string) => string,
): Record<string, string> {
  const declared = Object.entries(fn.variables()).map(([key, value]) => [key, rewrite(value)]);
  return {
    ...Object.fromEntries(declared),
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    LAMBDA_TASK_ROOT: fn.taskRoot,
    _HANDLER: fn.handler,
    AWS_EXECUTION_ENV: `AWS_Lambda_${fn.runtime}`,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${fn.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_ACCESS_KEY_ID: fn.accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    AWS_ENDPOINT_URL: gate,
    AWS_CONFIG_FILE: NOWHERE,
    AWS_SHARED_CREDENTIALS_FILE: NOWHERE,
  };
}
