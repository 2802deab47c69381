import { createHash } from 'node:crypto';

export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';
export const PARTITION = 'aws';
export const URL_SUFFIX = 'amazonaws.com';

/** An ARN of this account and region; some services leave either out. */
export function arn(service: string, resource: string, region: string = REGION, account: string = ACCOUNT): string {
  return `arn:${PARTITION}:${service}:${region}:${account}:${resource}`;
}

/** Derived from a seed instead of random, so that names survive a restart and kept data is found again. */
export function stableId(seed: string, length: number, alphabet: string): string {
  const digest = createHash('sha256').update(seed).digest();
  let id = '';
  for (let i = 0; i < length; i++) id += alphabet[(digest[i % digest.length] ?? 0) % alphabet.length];
  return id;
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz0123456789';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** The name CloudFormation would give: `Stack-LogicalId-SUFFIX`, cut to what the service allows. */
export function physicalName(stack: string, logicalId: string, limit: number): string {
  const suffix = stableId(`${stack}/${logicalId}`, 12, UPPER);
  return `${`${stack}-${logicalId}`.slice(0, limit - suffix.length - 1)}-${suffix}`;
}

/** CloudFront's ids: `E` for distributions and access controls, `d` for the distributions' host names. */
export function cloudFrontId(prefix: 'E' | 'd', stack: string, logicalId: string): string {
  return `${prefix}${stableId(`${stack}/${logicalId}`, 13, prefix === 'E' ? UPPER : LOWER)}`;
}

/** The ids of CloudFront's policies, and of many things elsewhere. */
export function stableUuid(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** Ids as API Gateway gives them to APIs, routes, integrations and authorizers. */
export function shortId(stack: string, logicalId: string, length = 10): string {
  return stableId(`${stack}/${logicalId}`, length, LOWER);
}

export function stackArn(stack: string): string {
  return arn('cloudformation', `stack/${stack}/${stableUuid(stack)}`);
}

/** Access key ids are upper case and start with ASIA for temporary credentials. */
export function accessKeyId(seed: string): string {
  return `ASIA${stableId(seed, 16, UPPER)}`;
}
