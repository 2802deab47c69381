import * as z from 'zod/mini';
import { matchesPattern } from '../iam/patterns.ts';
import type { Log } from '../shared/log.ts';
import { type Model, type Resource, readProperties } from '../template/model.ts';
import { arn, REGION, URL_SUFFIX } from '../template/names.ts';
import { strict } from '../template/schema.ts';
import { EdgeFunction } from './edge-function.ts';
import { type ResponseHeaders, responseHeaders } from './response-headers.ts';

/** An origin. Nothing is cached locally, so it receives all requests. */
export interface Origin {
  target: { kind: 'HTTP' | 'WEBSOCKET'; apiId: string } | { kind: 'S3'; bucket: string; signed: boolean };
  host: string;
  /** The prefix of every path. */
  path: string;
  customHeaders: Record<string, string>;
}

export interface Behavior {
  matches(uri: string): boolean;
  methods: ReadonlySet<string>;
  /** The default origin. */
  origin: Origin;
  /** Another origin of the distribution. Throws if there is none, or if it does not accept the methods. */
  select(id: unknown): Origin;
  /** Whether the origin receives the viewer's query, cookies and headers. Otherwise it receives almost none. */
  forwardsAll: boolean;
  viewerRequest: EdgeFunction | undefined;
  viewerResponse: EdgeFunction | undefined;
  responseHeaders: ResponseHeaders | undefined;
}

export interface DistributionConfig {
  id: string;
  arn: string;
  domainName: string;
  /** The time of errors in the cache (ms) by status, if it is not the default. */
  errorTtlMs: ReadonlyMap<number, number>;
  /** In order of precedence. The last one matches every path. */
  behaviors: Behavior[];
}

/** Policies that AWS manages, with fixed ids. Only errors are cached locally. */
const CACHE_POLICIES = {
  cachingDisabled: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
  cachingOptimized: '658327ea-f89d-4fab-a63d-7e88639e58f6',
};
const ALL_VIEWER_EXCEPT_HOST_HEADER = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

const unknownPolicy = ({ input }: { input?: unknown }): string => `the local cloud does not know the policy ${input}`;

const READING = ['GET', 'HEAD', 'OPTIONS'];

const ignored = z.optional(z.unknown());
const strings = z.array(z.string());

const behaviorSchema = {
  AllowedMethods: z._default(strings, ['GET', 'HEAD']),
  CachedMethods: ignored,
  CachePolicyId: z.enum(CACHE_POLICIES, { error: unknownPolicy }),
  Compress: ignored,
  FunctionAssociations: z._default(
    z.array(strict({ EventType: z.enum(['viewer-request', 'viewer-response']), FunctionARN: z.string() })),
    [],
  ),
  OriginRequestPolicyId: z.optional(z.literal(ALL_VIEWER_EXCEPT_HOST_HEADER, { error: unknownPolicy })),
  ResponseHeadersPolicyId: z.optional(z.string()),
  TargetOriginId: z.string(),
  // The local cloud uses http in place of https.
  ViewerProtocolPolicy: ignored,
};
const defaultSchema = strict(behaviorSchema);

const originSchema = strict({
  Id: z.string(),
  DomainName: z.string(),
  OriginPath: z._default(z.string(), ''),
  OriginAccessControlId: z.optional(z.string()),
  OriginCustomHeaders: z._default(z.array(strict({ HeaderName: z.string(), HeaderValue: z.string() })), []),
  S3OriginConfig: z.optional(strict({ OriginAccessIdentity: z.optional(z.literal('')), OriginReadTimeout: ignored })),
  CustomOriginConfig: ignored,
  ConnectionAttempts: ignored,
  ConnectionTimeout: ignored,
});

const distributionSchema = z.object({
  DistributionConfig: strict({
    CacheBehaviors: z._default(z.array(strict({ ...behaviorSchema, PathPattern: z.string() })), []),
    DefaultCacheBehavior: defaultSchema,
    Enabled: z.literal(true),
    Origins: z.array(originSchema),
    // Custom error pages are not implemented.
    CustomErrorResponses: z._default(
      z.array(strict({ ErrorCode: z.number(), ErrorCachingMinTTL: z._default(z.number(), 10) })),
      [],
    ),
    Aliases: z._default(strings, []),
    Comment: ignored,
    HttpVersion: ignored,
    IPV6Enabled: ignored,
    PriceClass: ignored,
    ViewerCertificate: ignored,
    WebACLId: ignored,
  }),
});

const accessControlSchema = z.object({
  OriginAccessControlConfig: z.object({
    OriginAccessControlOriginType: z.literal('s3'),
    SigningBehavior: z.enum(['always', 'never']),
  }),
});

const protocolSchema = z.object({ ProtocolType: z.enum(['HTTP', 'WEBSOCKET']) });

/** The host names of a distribution: its own and its aliases. */
export function hostNames(model: Model): Set<string> {
  const names = model.ofType('AWS::CloudFront::Distribution').flatMap((resource) => {
    const { DistributionConfig } = readProperties(resource, distributionSchema);
    return [String(resource.identity().attributes.DomainName), ...DistributionConfig.Aliases];
  });
  return new Set(names);
}

/** The distribution of the template, if any. */
export function loadDistribution(model: Model, log: Log): DistributionConfig | undefined {
  const [resource, ...others] = model.ofType('AWS::CloudFront::Distribution');
  if (!resource) return undefined;
  if (others.length > 0) throw new Error(`The local cloud serves one distribution, not ${others.length + 1}`);
  const { DistributionConfig: config } = readProperties(resource, distributionSchema);
  const origins = new Map(config.Origins.map((source) => [source.Id, origin(model, resource, source)]));
  const functions = new Map(
    model.ofType('AWS::CloudFront::Function').map((fn) => [fn.identity().ref, new EdgeFunction(fn, log)]),
  );
  const policies = new Map(
    model
      .ofType('AWS::CloudFront::ResponseHeadersPolicy')
      .map((policy) => [policy.identity().ref, responseHeaders(policy)]),
  );
  const behavior = (pattern: string, source: z.output<typeof defaultSchema>): Behavior => {
    const associated = (type: string) => {
      const association = source.FunctionAssociations.find(({ EventType }) => EventType === type);
      return association && found(functions, association.FunctionARN, resource);
    };
    const policy = source.ResponseHeadersPolicyId;
    const writing = source.AllowedMethods.filter((method) => !READING.includes(method));
    const select = (id: unknown): Origin => {
      const chosen = found(origins, String(id), resource);
      if (chosen.target.kind === 'S3' && writing.length > 0) {
        throw new Error(
          `${resource.where}: the local cloud does not implement ${writing.join(', ')} to a bucket as origin`,
        );
      }
      return chosen;
    };
    return {
      matches: (uri) => matchesPattern(`/${pattern.replace(/^\//, '')}`, uri),
      methods: new Set(source.AllowedMethods),
      origin: select(source.TargetOriginId),
      select,
      forwardsAll: source.OriginRequestPolicyId !== undefined,
      viewerRequest: associated('viewer-request'),
      viewerResponse: associated('viewer-response'),
      responseHeaders: policy === undefined ? undefined : found(policies, policy, resource),
    };
  };
  const id = resource.identity().ref;
  return {
    id,
    arn: arn('cloudfront', `distribution/${id}`, ''),
    domainName: String(resource.identity().attributes.DomainName),
    errorTtlMs: new Map(
      config.CustomErrorResponses.map(({ ErrorCode, ErrorCachingMinTTL }) => [ErrorCode, ErrorCachingMinTTL * 1000]),
    ),
    behaviors: [
      ...config.CacheBehaviors.map(({ PathPattern, ...source }) => behavior(PathPattern, source)),
      behavior('*', config.DefaultCacheBehavior),
    ],
  };
}

function origin(model: Model, distribution: Resource, source: z.output<typeof originSchema>): Origin {
  const { DomainName: host, OriginPath: path, OriginCustomHeaders } = source;
  const customHeaders = Object.fromEntries(
    OriginCustomHeaders.map(({ HeaderName, HeaderValue }) => [HeaderName.toLowerCase(), HeaderValue]),
  );
  const bucket = model.ofType('AWS::S3::Bucket').find((candidate) => {
    const { DomainName, RegionalDomainName } = candidate.identity().attributes;
    return host === DomainName || host === RegionalDomainName;
  });
  if (bucket) {
    const signed =
      source.OriginAccessControlId !== undefined && signs(model, distribution, source.OriginAccessControlId);
    return { target: { kind: 'S3', bucket: bucket.identity().ref, signed }, host, path, customHeaders };
  }
  const api = model
    .ofType('AWS::ApiGatewayV2::Api')
    .find((candidate) => host === `${candidate.identity().ref}.execute-api.${REGION}.${URL_SUFFIX}`);
  if (!api) throw new Error(`${distribution.where}: the local cloud has no bucket and no API at ${host}`);
  const { ProtocolType: kind } = readProperties(api, protocolSchema);
  return { target: { kind, apiId: api.identity().ref }, host, path, customHeaders };
}

/** Whether an origin access control makes CloudFront sign requests. */
function signs(model: Model, distribution: Resource, id: string): boolean {
  const controls = new Map(
    model.ofType('AWS::CloudFront::OriginAccessControl').map((control) => [control.identity().ref, control]),
  );
  const control = found(controls, id, distribution);
  return readProperties(control, accessControlSchema).OriginAccessControlConfig.SigningBehavior === 'always';
}

function found<T>(known: ReadonlyMap<string, T>, reference: string, distribution: Resource): T {
  const value = known.get(reference);
  if (value === undefined)
    throw new Error(`${distribution.where} refers to ${reference}, which the local cloud does not know`);
  return value;
}
