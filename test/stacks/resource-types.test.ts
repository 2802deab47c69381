import { expect, inject, it } from 'vitest';
import { loadRoles } from '../../local/iam/roles.ts';
import { loadModel } from '../../local/template/model.ts';
import { DEMO_PARAMETERS } from '../../scripts/demo.ts';

const TABLE = /^arn:aws:dynamodb:[^:*]+:\d+:table\/[^/*]+$/;
const TABLE_INDEX = /^arn:aws:dynamodb:[^:*]+:\d+:table\/[^/*]+\/index\/[^/*]+$/;
const STREAM = /^arn:aws:dynamodb:[^:*]+:\d+:table\/[^/*]+\/stream\/[^/*]+$/;
const QUEUE = /^arn:aws:sqs:[^:*]+:\d+:[^:*]+$/;
const OBJECT = /^arn:aws:s3:::[^/*]+\/.+$/;
const SECRET = /^arn:aws:secretsmanager:[^:*]+:\d+:secret:[^*]+\*$/;
const FUNCTION = /^arn:aws:lambda:[^:*]+:\d+:function:[^:*]+$/;
const CONNECTION = /^arn:aws:execute-api:[^:*]+:\d+:[a-z0-9]+\/live\/(GET|POST|DELETE)\/@connections\/\*$/;
const LOG_GROUP = /^arn:aws:logs:[^:*]+:\d+:log-group:[^*]+:\*$/;
const PLATFORM = /^arn:aws:sns:[^:*]+:\d+:(app|endpoint)\/\*\/[^*]+-\*$/;

/**
 * On which resources AWS authorizes each action.
 * Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 * It lists no resource for the SNS actions of mobile push; those are as AWS names them when it denies an action.
 */
const RESOURCES: Readonly<Record<string, readonly RegExp[]>> = {
  'dynamodb:GetItem': [TABLE],
  'dynamodb:BatchGetItem': [TABLE],
  'dynamodb:Query': [TABLE, TABLE_INDEX],
  'dynamodb:PutItem': [TABLE],
  'dynamodb:UpdateItem': [TABLE],
  'dynamodb:DeleteItem': [TABLE],
  'dynamodb:DescribeStream': [STREAM],
  'dynamodb:GetRecords': [STREAM],
  'dynamodb:GetShardIterator': [STREAM],
  // This action supports no resource-level permissions.
  'dynamodb:ListStreams': [/^\*$/],
  'execute-api:ManageConnections': [CONNECTION],
  'lambda:InvokeFunction': [FUNCTION],
  'logs:CreateLogStream': [LOG_GROUP],
  'logs:PutLogEvents': [LOG_GROUP],
  'logs:StartQuery': [LOG_GROUP],
  // This action supports no resource-level permissions.
  'logs:GetQueryResults': [/^\*$/],
  's3:GetObject': [OBJECT],
  's3:PutObject': [OBJECT],
  'secretsmanager:CreateSecret': [SECRET],
  'secretsmanager:GetSecretValue': [SECRET],
  'secretsmanager:PutSecretValue': [SECRET],
  'sns:CreatePlatformApplication': [/^arn:aws:sns:[^:*]+:\d+:app\/$/],
  'sns:ListPlatformApplications': [/^arn:aws:sns:[^:*]+:\d+:\*$/],
  'sns:SetPlatformApplicationAttributes': [PLATFORM],
  'sns:CreatePlatformEndpoint': [PLATFORM],
  'sns:GetEndpointAttributes': [PLATFORM],
  'sns:SetEndpointAttributes': [PLATFORM],
  'sns:DeleteEndpoint': [PLATFORM],
  // The resource of a text message is a phone number, not an ARN.
  'sns:Publish': [PLATFORM, /^not arn:aws:sns:\*:\*:\*$/],
  'sqs:ChangeMessageVisibility': [QUEUE],
  'sqs:DeleteMessage': [QUEUE],
  'sqs:GetQueueAttributes': [QUEUE],
  'sqs:ReceiveMessage': [QUEUE],
  'sqs:SendMessage': [QUEUE],
  // These two actions support no resource-level permissions.
  'xray:PutTraceSegments': [/^\*$/],
  'xray:PutTelemetryRecords': [/^\*$/],
};

it('each action is granted on resources of the types that AWS authorizes it on', () => {
  const model = loadModel(inject('assembly'), DEMO_PARAMETERS);
  const grants = [...loadRoles(model).values()]
    .flatMap((role) => role.grants())
    // Custom resources of the CDK have their own functions and roles.
    .filter(({ role }) => !/\/Custom/.test(role));
  expect(grants.length).toBeGreaterThan(100);
  const wrong = grants.filter(({ action, resource }) => !RESOURCES[action]?.some((pattern) => pattern.test(resource)));
  expect(wrong).toEqual([]);
});
