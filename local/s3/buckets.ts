import * as z from 'zod/mini';
import type { Decision } from '../iam/evaluate.ts';
import {
  decideByResource,
  type Principal,
  type ResourceStatement,
  readResourcePolicy,
} from '../iam/resource-policy.ts';
import { type Model, type Resource, readProperties } from '../template/model.ts';
import { ACCOUNT, REGION } from '../template/names.ts';
import { boolean, strict } from '../template/schema.ts';
import { type CorsRule, corsSchema } from './cors.ts';
import {
  bucketNotificationsSchema,
  type NotificationTarget,
  notificationTargets,
} from './notification-configuration.ts';

/** A bucket of the template, with its policy. */
export interface Bucket {
  name: string;
  arn: string;
  where: string;
  cors: CorsRule[];
  notifications: NotificationTarget[];
  /** The decision of the bucket policy. `source` is the ARN for which a service acts. */
  decide(principal: Principal, action: string, resource: string, source?: string): Decision;
}

/** Accepted without effect: expiration, versions and encryption. */
const WITHOUT_EFFECT = [
  'BucketName',
  'LifecycleConfiguration',
  'LoggingConfiguration',
  'MetricsConfigurations',
  'OwnershipControls',
  'Tags',
] as const;

const ignored = z.optional(z.unknown());
const flag = z._default(boolean, false);

const bucketSchema = strict({
  ...Object.fromEntries(WITHOUT_EFFECT.map((name) => [name, ignored])),
  CorsConfiguration: z.optional(corsSchema),
  NotificationConfiguration: z.optional(bucketNotificationsSchema),
  BucketEncryption: z.optional(
    z.object({
      ServerSideEncryptionConfiguration: z.array(
        z.object({ ServerSideEncryptionByDefault: z.optional(z.object({ SSEAlgorithm: z.literal('AES256') })) }),
      ),
    }),
  ),
  PublicAccessBlockConfiguration: z.optional(z.object({ BlockPublicPolicy: flag, RestrictPublicBuckets: flag })),
});

const policySchema = z.object({ Bucket: z.string(), PolicyDocument: z.unknown() });

/** The buckets by name. */
export function loadBuckets(model: Model): Map<string, Bucket> {
  return new Map(model.ofType('AWS::S3::Bucket').map((resource) => [resource.identity().ref, bucket(resource, model)]));
}

function bucket(resource: Resource, model: Model): Bucket {
  const name = resource.identity().ref;
  const properties = readProperties(resource, bucketSchema);
  // Public policies are blocked by default.
  const block = properties.PublicAccessBlockConfiguration;
  const open = block !== undefined && !block.BlockPublicPolicy && !block.RestrictPublicBuckets;
  const statements = policyOf(name, model);
  return {
    name,
    arn: String(resource.identity().attributes.Arn),
    where: resource.where,
    cors: properties.CorsConfiguration?.CorsRules ?? [],
    notifications: notificationTargets(name, properties.NotificationConfiguration, model),
    decide(principal, action, resourceArn, source) {
      const context = {
        // The local cloud uses http in place of https, so policies that deny http must not apply.
        'aws:securetransport': 'true',
        'aws:requestedregion': REGION,
        'aws:resourceaccount': ACCOUNT,
        ...(typeof principal === 'object' && 'role' in principal
          ? { 'aws:principalarn': principal.role, 'aws:principalaccount': ACCOUNT }
          : {}),
        ...(source === undefined ? {} : { 'aws:sourcearn': source, 'aws:sourceaccount': ACCOUNT }),
      };
      const decision = decideByResource(statements, principal, { action, resource: resourceArn, context });
      return principal === 'anonymous' && decision === 'allowed' && !open ? 'implicit deny' : decision;
    },
  };
}

function policyOf(name: string, model: Model): ResourceStatement[] {
  return model.ofType('AWS::S3::BucketPolicy').flatMap((resource) => {
    const policy = readProperties(resource, policySchema);
    return policy.Bucket === name ? readResourcePolicy(policy.PolicyDocument, resource.where) : [];
  });
}
