import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import * as z from 'zod';
import { ENV, EXPIRES } from '../../functions/shared/constants.ts';

const assembly = inject('assembly');

type Properties = Record<string, unknown>;
interface Resource {
  Type: string;
  Properties: Properties;
  DeletionPolicy?: string;
}

const template = (stack: string): Record<string, Resource> =>
  JSON.parse(readFileSync(join(assembly, `Macaw-prod-${stack}.template.json`), 'utf8')).Resources;

const all = {
  ...template('Data'),
  ...template('Realtime'),
  ...template('Rest'),
  ...template('Edge'),
  ...template('Operations'),
};

const ofType = (type: string) => Object.entries(all).filter(([, resource]) => resource.Type === type);

const table = (name: string) => {
  const found = ofType('AWS::DynamoDB::Table').find(([id]) => id.startsWith(name))?.[1];
  if (!found) throw new Error(`There is no table ${name}`);
  return found;
};

describe('the tables', () => {
  it.each(['Core', 'Messages', 'Attributes', 'Accounts'])(
    '%s survives the removal of its stack and can be restored to any point in time',
    (name) => {
      expect(table(name).DeletionPolicy).toBe('Retain');
      expect(table(name).Properties).toMatchObject({
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      });
    },
  );

  it.each(['Messages', 'Connections', 'Accounts'])(
    '%s expires its items by the attribute that the stores write',
    (name) => {
      expect(table(name).Properties.TimeToLiveSpecification).toEqual({ AttributeName: EXPIRES, Enabled: true });
    },
  );

  it('users and friendships never expire', () => {
    expect(table('Core').Properties.TimeToLiveSpecification).toBeUndefined();
  });

  it('cost nothing without traffic', () => {
    for (const [, { Properties }] of ofType('AWS::DynamoDB::Table')) {
      expect(Properties.BillingMode).toBe('PAY_PER_REQUEST');
    }
  });
});

describe('the distribution', () => {
  it('remembers no error of an origin', () => {
    const [[, distribution] = []] = ofType('AWS::CloudFront::Distribution');
    const { CustomErrorResponses } = Object(distribution?.Properties.DistributionConfig);
    expect(CustomErrorResponses).toEqual(
      [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504].map((ErrorCode) => ({
        ErrorCode,
        ErrorCachingMinTTL: 0,
      })),
    );
  });
});

describe('the realtime channel at the distribution', () => {
  const [[, distribution] = []] = ofType('AWS::CloudFront::Distribution');
  const { Origins, CacheBehaviors } = Object(distribution?.Properties.DistributionConfig);
  const realtime = z
    .array(
      z.object({ PathPattern: z.string(), TargetOriginId: z.string(), FunctionAssociations: z.optional(z.unknown()) }),
    )
    .parse(CacheBehaviors)
    .filter(({ PathPattern }) => PathPattern.startsWith('/socket.io'));

  it('has a path with and one without a slash, which share a function', () => {
    expect(realtime.map(({ PathPattern }) => PathPattern)).toEqual(['/socket.io/*', '/socket.io']);
    expect(realtime[0]?.FunctionAssociations).toEqual(realtime[1]?.FunctionAssociations);
  });

  it('has one origin for each transport, with the ids that the function selects', () => {
    const code = ofType('AWS::CloudFront::Function').map(([, { Properties }]) => String(Properties.FunctionCode));
    const selected = code.flatMap((text) =>
      [...text.matchAll(/selectRequestOriginById\('(\w+)'\)/g)].map(([, id]) => id),
    );
    expect(selected.toSorted()).toEqual(realtime.map(({ TargetOriginId }) => TargetOriginId).toSorted());
    const ids = z.array(z.object({ Id: z.string() })).parse(Origins);
    expect(ids.map(({ Id }) => Id)).toEqual(expect.arrayContaining(selected));
  });
});

describe('the access log', () => {
  it('has a name that needs no resource policy', () => {
    const names = ofType('AWS::Logs::LogGroup').flatMap(([, { Properties }]) => Properties.LogGroupName ?? []);
    expect(names).toEqual(['Realtime', 'Rest'].map((stack) => `/aws/vendedlogs/apigateway/Macaw-prod-${stack}`));
  });
});

describe('tracing', () => {
  it('is off unless it is asked for', () => {
    expect(ofType('AWS::Lambda::Function').filter(([, { Properties }]) => Properties.TracingConfig)).toEqual([]);
  });
});

describe('the functions', () => {
  const functions = ofType('AWS::Lambda::Function');

  it('run on arm64 and Node.js 24', () => {
    expect(functions.length).toBeGreaterThan(6);
    for (const [, { Properties }] of functions) {
      expect(Properties).toMatchObject({ Architectures: ['arm64'], Runtime: 'nodejs24.x' });
    }
  });

  it('may do nothing to everything, and anything to nothing', () => {
    const statements = ofType('AWS::IAM::Policy').flatMap(
      ([, { Properties }]) =>
        (Properties.PolicyDocument as { Statement: { Action: unknown; Resource: unknown }[] }).Statement,
    );
    expect(statements.length).toBeGreaterThan(functions.length);
    for (const { Action, Resource } of statements) {
      expect([Action].flat().filter((action) => String(action).includes('*'))).toEqual([]);
      // X-Ray actions support no resource-level permissions, and this list of names does not either.
      if ([Action].flat().every((action) => /^(xray:Put|dynamodb:ListStreams$)/.test(String(action)))) continue;
      expect([Resource].flat()).not.toContain('*');
    }
  });

  it('query only the indexes of tables that they are said to', () => {
    const statements = ofType('AWS::IAM::Policy').flatMap(([, { Properties }]) =>
      JSON.stringify(Properties.PolicyDocument),
    );
    expect(statements.filter((statement) => /\/index\/\*/.test(statement))).toEqual([]);
    expect(statements.filter((statement) => /\/index\/\w/.test(statement)).length).toBeGreaterThan(3);
  });

  it('come with no managed policies', () => {
    for (const [, { Properties }] of ofType('AWS::IAM::Role')) expect(Properties.ManagedPolicyArns).toBeUndefined();
  });

  const bundles = join(assembly, 'bundles');

  it('have bundles of at most 400 KB each, with a source map beside them', () => {
    const sizes = readdirSync(bundles).map((name) => {
      expect(statSync(join(bundles, name, 'index.cjs.map')).size).toBeGreaterThan(0);
      return { name, kilobytes: Math.ceil(statSync(join(bundles, name, 'index.cjs')).size / 1024) };
    });
    expect(sizes.filter(({ kilobytes }) => kilobytes > 400)).toEqual([]);
  });

  // Lambda can import a bundle. Node.js then finds the exports of CommonJS in its text. The local cloud requires it.
  it.each(readdirSync(bundles))('have bundles whose handler an import finds: %s', (name) => {
    expect(readFileSync(join(bundles, name, 'index.cjs'), 'utf8')).toContain('0&&(module.exports={handler})');
  });

  it('that are invoked asynchronously leave their failures in a queue that only TLS reaches', () => {
    const [[queue = ''] = []] = ofType('AWS::SQS::Queue');
    const kept = ofType('AWS::Lambda::EventInvokeConfig')
      .filter(([, { Properties }]) => mentions(Properties.DestinationConfig, queue))
      .flatMap(([, { Properties }]) => functions.filter(([id]) => mentions(Properties.FunctionName, id)));
    expect(names(kept)).toEqual(names(functions.filter(([id]) => isInvokedAsynchronously(id))));
    const [, policy] = ofType('AWS::SQS::QueuePolicy')[0] ?? [];
    expect(JSON.stringify(policy?.Properties)).toContain('"aws:SecureTransport":"false"');
  });
});

const names = (resources: [string, unknown][]) => resources.map(([id]) => id).sort();

/** Whether a value of a template refers to a resource of any stack. */
const mentions = (value: unknown, id: string) => JSON.stringify(value ?? null).includes(id);

/** Variables with the URL of a function that is always invoked synchronously. */
const WAITED_FOR = [ENV.pushCredentialsUrl, ENV.filesUrl, ENV.messageUrl, ENV.disconnectUrl];

function isInvokedAsynchronously(id: string): boolean {
  const { FunctionName } = Object(all[id]?.Properties);
  const named = typeof FunctionName === 'string' ? FunctionName : id;
  return Object.values(all).some(({ Type, Properties }) => {
    switch (Type) {
      case 'AWS::Events::Rule':
      case 'AWS::Scheduler::Schedule':
        return mentions(Properties, id);
      case 'AWS::S3::Bucket':
        return mentions(Properties.NotificationConfiguration, id);
      case 'AWS::Lambda::Function': {
        const { Variables = {} } = Object(Properties.Environment);
        return Object.entries(Variables).some(
          ([name, value]) => !WAITED_FOR.some((one) => one === name) && (mentions(value, id) || mentions(value, named)),
        );
      }
      default:
        return Type.startsWith('Custom::') && mentions(Properties.ServiceToken, id);
    }
  });
}

describe('the attachments', () => {
  const statements = ofType('AWS::S3::BucketPolicy').flatMap(
    ([, { Properties }]) => (Properties.PolicyDocument as { Statement: Record<string, unknown>[] }).Statement,
  );

  it('lie in a bucket that is private, encrypted and reached by TLS only', () => {
    expect(ofType('AWS::S3::Bucket')).toHaveLength(1);
    for (const [, { Properties }] of ofType('AWS::S3::Bucket')) {
      expect(Properties).toMatchObject({
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
      });
    }
    expect(statements).toContainEqual(
      expect.objectContaining({
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 's3:*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
  });

  it('are readable only by the distribution', () => {
    const allowed = statements.filter(({ Effect }) => Effect === 'Allow');
    expect(allowed.length).toBeGreaterThan(0);
    for (const { Principal, Condition } of allowed) {
      expect(Principal).toEqual({ Service: 'cloudfront.amazonaws.com' });
      expect(JSON.stringify(Condition)).toMatch(/AWS:SourceArn.*Distribution/);
    }
  });

  it('outlive their stack, unless its first deployment fails', () => {
    expect(ofType('AWS::S3::Bucket')[0]?.[1].DeletionPolicy).toBe('RetainExceptOnCreate');
  });

  it('are gone after seven days', () => {
    expect(ofType('AWS::S3::Bucket')[0]?.[1].Properties.LifecycleConfiguration).toMatchObject({
      Rules: [{ Prefix: 'attachments/', ExpirationInDays: 7, Status: 'Enabled' }, {}],
    });
  });
});

it('the access logs of the HTTP APIs name neither queries nor headers, which hold credentials', () => {
  const stages = ofType('AWS::ApiGatewayV2::Stage').flatMap(([, { Properties }]) => Properties.AccessLogSettings ?? []);
  const Settings = z.array(z.object({ Format: z.string() }));
  const logged = Settings.parse(stages).map(({ Format }) =>
    [...Format.matchAll(/\$context\.([\w.]+)/g)].map(([, name]) => name),
  );
  expect(logged).toHaveLength(2);
  for (const names of logged) {
    expect(names).toContain('requestId');
    expect(names.filter((name) => /query|header|body|authorizer/i.test(String(name)))).toEqual([]);
  }
});

it('templates contain no key and no parameter for a key', () => {
  const parameters = JSON.parse(readFileSync(join(assembly, 'Macaw-prod-Data.template.json'), 'utf8')).Parameters;
  expect(Object.keys(parameters).sort()).toEqual(['AppId', 'BootstrapVersion', 'Mode']);
  const [[, first] = []] = ofType('Custom::FirstApp');
  expect(Object.keys(first?.Properties ?? {}).sort()).toEqual(['AppId', 'Mode', 'ServiceTimeout', 'ServiceToken']);
});
