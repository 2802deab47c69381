import { isObject, type JsonObject } from '../shared/json.ts';
import { ACCOUNT, arn, cloudFrontId, physicalName, REGION, shortId, stableUuid, URL_SUFFIX } from './names.ts';

/** The results of Ref and Fn::GetAtt for a resource. */
export interface Identity {
  ref: string;
  attributes: JsonObject;
}

/** The input of an identity. `name` returns the explicit name from the template, or a generated one. */
export interface Subject {
  stack: string;
  logicalId: string;
  name(property: string, limit: number): string;
  text(property: string): string | undefined;
}

type Describe = (subject: Subject) => Identity;

function table(subject: Subject): Identity {
  const name = subject.name('TableName', 255);
  const self = arn('dynamodb', `table/${name}`);
  return { ref: name, attributes: { Arn: self, StreamArn: `${self}/stream/1970-01-01T00:00:00.000`, TableId: name } };
}

function gatewayPart(attribute: string, length = 7): Describe {
  return ({ stack, logicalId }) => {
    const id = shortId(stack, logicalId, length);
    return { ref: id, attributes: { [attribute]: id, Id: id } };
  };
}

function plain({ stack, logicalId }: Subject): Identity {
  return { ref: physicalName(stack, logicalId, 255), attributes: {} };
}

function role(subject: Subject): Identity {
  const name = subject.name('RoleName', 64);
  const path = subject.text('Path') ?? '/';
  const id = `AROA${shortId(subject.stack, subject.logicalId, 17).toUpperCase()}`;
  return { ref: name, attributes: { Arn: arn('iam', `role${path}${name}`, ''), RoleId: id } };
}

/** Resources that the local cloud implements. */
const EMULATED: Record<string, Describe> = {
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::Lambda::Function': (subject) => {
    const name = subject.name('FunctionName', 64);
    return { ref: name, attributes: { Arn: arn('lambda', `function:${name}`) } };
  },
  'AWS::Lambda::Permission': plain,
  'AWS::Lambda::EventInvokeConfig': plain,
  'AWS::Lambda::EventSourceMapping': plain,
  'AWS::IAM::Role': role,
  'AWS::IAM::Policy': plain,
  'AWS::IAM::ManagedPolicy': (subject) => {
    const self = arn('iam', `policy/${subject.name('ManagedPolicyName', 128)}`, '');
    return { ref: self, attributes: { PolicyArn: self } };
  },
  'AWS::SQS::Queue': (subject) => {
    const name = subject.name('QueueName', 80);
    const url = `https://sqs.${REGION}.${URL_SUFFIX}/${ACCOUNT}/${name}`;
    return { ref: url, attributes: { Arn: arn('sqs', name), QueueName: name, QueueUrl: url } };
  },
  'AWS::ApiGatewayV2::Api': (subject) => {
    const id = shortId(subject.stack, subject.logicalId);
    const scheme = subject.text('ProtocolType') === 'WEBSOCKET' ? 'wss' : 'https';
    return { ref: id, attributes: { ApiId: id, ApiEndpoint: `${scheme}://${id}.execute-api.${REGION}.${URL_SUFFIX}` } };
  },
  'AWS::ApiGatewayV2::Stage': (subject) => ({ ref: subject.name('StageName', 128), attributes: {} }),
  'AWS::ApiGatewayV2::Route': gatewayPart('RouteId'),
  'AWS::ApiGatewayV2::Integration': gatewayPart('IntegrationId'),
  'AWS::ApiGatewayV2::Authorizer': gatewayPart('AuthorizerId', 6),
  'AWS::S3::Bucket': (subject) => {
    const name = subject.name('BucketName', 63).toLowerCase();
    return {
      ref: name,
      attributes: {
        Arn: arn('s3', name, '', ''),
        DomainName: `${name}.s3.${URL_SUFFIX}`,
        RegionalDomainName: `${name}.s3.${REGION}.${URL_SUFFIX}`,
      },
    };
  },
  'AWS::S3::BucketPolicy': plain,
  'AWS::CloudFront::Distribution': ({ stack, logicalId }) => {
    const id = cloudFrontId('E', stack, logicalId);
    return { ref: id, attributes: { Id: id, DomainName: `${cloudFrontId('d', stack, logicalId)}.cloudfront.net` } };
  },
  'AWS::CloudFront::ResponseHeadersPolicy': ({ stack, logicalId }) => {
    const id = stableUuid(`${stack}/${logicalId}`);
    return { ref: id, attributes: { Id: id } };
  },
  'AWS::CloudFront::OriginAccessControl': ({ stack, logicalId }) => {
    const id = cloudFrontId('E', stack, logicalId);
    return { ref: id, attributes: { Id: id } };
  },
  'AWS::CloudFront::Function': (subject) => {
    const self = arn('cloudfront', `function/${subject.name('Name', 64)}`, '');
    return { ref: self, attributes: { FunctionARN: self, FunctionMetadata: { FunctionARN: self }, Stage: 'LIVE' } };
  },
  'AWS::Events::Rule': (subject) => {
    const name = subject.name('Name', 64);
    return { ref: name, attributes: { Arn: arn('events', `rule/${name}`) } };
  },
  'AWS::Scheduler::Schedule': (subject) => {
    const name = subject.name('Name', 64);
    return { ref: name, attributes: { Arn: arn('scheduler', `schedule/default/${name}`) } };
  },
};

/** Resources without effect on the local cloud: no call depends on them. */
const INERT: Record<string, Describe> = {
  'AWS::Budgets::Budget': plain,
  'AWS::CDK::Metadata': plain,
  // The account-wide log role of API Gateway.
  'AWS::ApiGateway::Account': plain,
  'AWS::ApiGatewayV2::ApiMapping': plain,
  'AWS::ApiGatewayV2::Deployment': gatewayPart('DeploymentId', 6),
  'AWS::CloudWatch::Alarm': (subject) => {
    const name = subject.name('AlarmName', 255);
    return { ref: name, attributes: { Arn: arn('cloudwatch', `alarm:${name}`) } };
  },
  'AWS::CloudWatch::CompositeAlarm': (subject) => {
    const name = subject.name('AlarmName', 255);
    return { ref: name, attributes: { Arn: arn('cloudwatch', `alarm:${name}`) } };
  },
  'AWS::CloudWatch::Dashboard': plain,
  'AWS::Logs::LogGroup': (subject) => {
    const name = subject.name('LogGroupName', 512);
    return { ref: name, attributes: { Arn: arn('logs', `log-group:${name}:*`) } };
  },
  'AWS::Logs::MetricFilter': plain,
  'AWS::Logs::QueryDefinition': plain,
  'AWS::Logs::ResourcePolicy': plain,
  // DNS records for the distribution. The local cloud serves it at the public origin.
  'AWS::Route53::RecordSet': plain,
  'AWS::SNS::Topic': (subject) => {
    const name = subject.name('TopicName', 256);
    return { ref: arn('sns', name), attributes: { TopicArn: arn('sns', name), TopicName: name } };
  },
  'AWS::SNS::Subscription': plain,
  'AWS::SNS::TopicPolicy': plain,
  // Lambda sends to queues with the function's role. These policies only deny plain HTTP.
  'AWS::SQS::QueuePolicy': plain,
  // The local cloud has no firewall.
  'AWS::WAFv2::WebACL': (subject) => {
    const name = subject.name('Name', 128);
    const id = stableUuid(`${subject.stack}/${subject.logicalId}`);
    const self = arn('wafv2', `global/webacl/${name}/${id}`);
    return { ref: `${name}|${id}|${subject.text('Scope')}`, attributes: { Arn: self, Id: id } };
  },
};

export function isCustomResource(type: string): boolean {
  return type === 'AWS::CloudFormation::CustomResource' || type.startsWith('Custom::');
}

/** The identity of a resource type. Undefined for unknown types. */
export function describe(type: string): Describe | undefined {
  return EMULATED[type] ?? INERT[type];
}

/** The explicit name from the template, or one derived from stack and logical id as in CloudFormation. */
export function subject(stack: string, logicalId: string, text: (property: string) => string | undefined): Subject {
  return { stack, logicalId, text, name: (property, limit) => text(property) ?? physicalName(stack, logicalId, limit) };
}

export function attributeOf(identity: Identity, path: string): JsonObject[string] | undefined {
  const direct = identity.attributes[path];
  if (direct !== undefined) return direct;
  return path.split('.').reduce<JsonObject[string] | undefined>((value, key) => {
    return isObject(value) ? value[key] : undefined;
  }, identity.attributes);
}
