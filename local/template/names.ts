import { createHash } from 'node:crypto';

export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';
export const PARTITION = 'aws';
export const URL_SUFFIX = 'amazonaws.com';

/** An ARN of this account and region. Some services omit one of them. */
export function arn(service: string, resource: string, region: string = REGION, account: string = ACCOUNT): string {
  return `arn:${PARTITION}:${service}:${region}:${account}:${resource}`;
}

/** Derived from a seed, so that names and kept data survive a restart. */
export function stableId(seed: string, length: number, alphabet: string): string {
  const digest = createHash('sha256').update(seed).digest();
  let id = '';
  for (let i = 0; i < length; i++) id += alphabet[(digest[i % digest.length] ?? 0) % alphabet.length];
  return id;
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz0123456789';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** A name in the format of CloudFormation: `Stack-LogicalId-SUFFIX`, truncated to the limit of the service. */
export function physicalName(stack: string, logicalId: string, limit: number): string {
  const suffix = stableId(`${stack}/${logicalId}`, 12, UPPER);
  return `${`${stack}-${logicalId}`.slice(0, limit - suffix.length - 1)}-${suffix}`;
}

/** CloudFront ids: `E` for distributions and access controls, `d` for host names of distributions. */
export function cloudFrontId(prefix: 'E' | 'd', stack: string, logicalId: string): string {
  return `${prefix}${stableId(`${stack}/${logicalId}`, 13, prefix === 'E' ? UPPER : LOWER)}`;
}

/** A UUID, the format of ids of CloudFront policies and other resources. */
export function stableUuid(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** Ids in the format of API Gateway for APIs, routes, integrations and authorizers. */
export function shortId(stack: string, logicalId: string, length = 10): string {
  return stableId(`${stack}/${logicalId}`, length, LOWER);
}

export function stackArn(stack: string): string {
  return arn('cloudformation', `stack/${stack}/${stableUuid(stack)}`);
}

/** Access key ids are upper case. Those of temporary credentials start with ASIA. */
export function accessKeyId(seed: string): string {
  return `ASIA${stableId(seed, 16, UPPER)}`;
}
