import { REGION } from '../template/names.ts';
import type { LambdaFunction } from './functions.ts';

/** The secret access key of all functions. The local cloud issues it and verifies signatures with it. */
export const SECRET_ACCESS_KEY = 'local';
export const SESSION_TOKEN = 'local';

/** The endpoints of AWS for a function. */
export interface Endpoints {
  gate: string;
  /** S3 has an address under the public origin, because browsers use presigned URLs. */
  s3: string;
}

/** Prevents the SDK from reading the AWS configuration of the local user. */
const NOWHERE = '/nonexistent';

/**
 * The complete environment of a function: the variables of the template and those that Lambda provides.
 * `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_S3` direct all AWS SDKs to the local cloud. The access key identifies the
 * caller.
 */
export function environmentOf(
  fn: LambdaFunction,
  endpoints: Endpoints,
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
    AWS_LAMBDA_LOG_FORMAT: fn.logging.format,
    ...(fn.logging.level !== undefined && { AWS_LAMBDA_LOG_LEVEL: fn.logging.level }),
    AWS_ACCESS_KEY_ID: fn.accessKeyId,
    AWS_SECRET_ACCESS_KEY: SECRET_ACCESS_KEY,
    AWS_SESSION_TOKEN: SESSION_TOKEN,
    AWS_ENDPOINT_URL: endpoints.gate,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_CONFIG_FILE: NOWHERE,
    AWS_SHARED_CREDENTIALS_FILE: NOWHERE,
  };
}
