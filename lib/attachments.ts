import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type HttpApi, HttpMethod, HttpRoute, HttpRouteKey } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnPermission, type IDestination } from 'aws-cdk-lib/aws-lambda';
import { BlockPublicAccess, Bucket, BucketEncryption, CfnBucket, HttpMethods, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ATTACHMENTS, ENV, IMAGES } from '../functions/shared/constants.ts';
import type { Tables } from './data-stack.ts';
import { MacawFunction } from './macaw-function.ts';
import { suppress, suppressWildcards } from './suppress.ts';
import { vips } from './vips.ts';

export interface AttachmentsProps {
  readonly stage: string;
  readonly tables: Tables;
  readonly api: HttpApi;
  /** Receives asynchronous invocations that failed permanently. */
  readonly failures: IDestination;
  /** Whether the files are retained when the stack is deleted. */
  readonly keepData: boolean;
  /** The number of days after which a file is deleted. */
  readonly attachmentDays: number;
}

/** The name of the bucket. It is fixed, so that other resources can refer to it without a circular dependency. */
export const attachmentBucketName = (stage: string, account: string, region: string) =>
  `macaw-${stage}-attachments-${account}-${region}`;

/** Attachments: the bucket, the upload endpoint, and the function that stores files and creates thumbnails. */
export class Attachments extends Construct {
  readonly bucket: IBucket;
  private readonly endpoint: MacawFunction;

  constructor(scope: Construct, id: string, props: AttachmentsProps) {
    super(scope, id);
    const { stage, tables, api, failures, keepData, attachmentDays } = props;
    // The bucket and the function refer to each other. A fixed bucket name avoids the circular dependency.
    const { account, region, partition } = Stack.of(this);
    const bucketName = attachmentBucketName(stage, account, region);
    const bucketArn = `arn:${partition}:s3:::${bucketName}`;

    const storage = new MacawFunction(this, 'Storage', {
      handlerFile: 'files',
      description: 'Signs uploads, stores files and creates thumbnails',
      // Fits an image of 100 megapixels, and gives one vCPU.
      memorySize: 1769,
      timeout: Duration.seconds(25),
      retryAttempts: 2,
      onFailure: failures,
      files: vips(),
    });
    storage.addEnvironment(ENV.bucket, bucketName);
    storage.addEnvironment(ENV.attachmentDays, String(attachmentDays));
    for (const [action, keys] of [
      ['s3:PutObject', `${ATTACHMENTS}/*`],
      ['s3:GetObject', `${IMAGES}*`],
    ] as const) {
      const resources = [`${bucketArn}/${keys}`];
      storage.addToRolePolicy(new PolicyStatement({ actions: [action], resources }));
      suppressWildcards(storage.role, resources, 'Object names are chosen at upload. The pattern covers one folder.');
    }
    const permission = new CfnPermission(this, 'BucketMayInvoke', {
      action: 'lambda:InvokeFunction',
      functionName: storage.functionArn,
      principal: 's3.amazonaws.com',
      sourceAccount: account,
      sourceArn: bucketArn,
    });

    const bucket = new Bucket(this, 'Bucket', {
      bucketName,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      lifecycleRules: [
        { prefix: `${ATTACHMENTS}/`, expiration: Duration.days(attachmentDays) },
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      // Browsers upload from any site that embeds the chat. The signed URL limits what they can upload.
      cors: [{ allowedOrigins: ['*'], allowedMethods: [HttpMethods.PUT], allowedHeaders: ['*'], maxAge: 3600 }],
      // The name is fixed. A retained bucket of a failed first deployment would block the next deployment.
      removalPolicy: keepData ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
      autoDeleteObjects: !keepData,
    });
    suppress(
      bucket,
      'S1',
      'Access logs would outlive the attachments that they name. Only the distribution reads the bucket.',
    );
    // Set on the CfnBucket: the CDK method deploys a Python function that may change notifications of every bucket.
    const resource = bucket.node.defaultChild;
    if (!(resource instanceof CfnBucket)) throw new Error('Expected the default child of a bucket to be a CfnBucket');
    resource.notificationConfiguration = {
      lambdaConfigurations: [
        {
          event: 's3:ObjectCreated:*',
          filter: { s3Key: { rules: [{ name: 'prefix', value: IMAGES }] } },
          function: storage.functionArn,
        },
      ],
    };
    bucket.node.addDependency(permission);
    // Bucket is not assignable to IBucket under exactOptionalPropertyTypes.
    this.bucket = bucket as IBucket;

    this.endpoint = new MacawFunction(this, 'Attachment', {
      handlerFile: 'attachments',
      description: 'The upload endpoint',
      timeout: Duration.seconds(29),
    });
    tables.core.allow(this.endpoint, 'GetItem', 'BatchGetItem');
    tables.accounts.allow(this.endpoint, 'BatchGetItem');
    tables.connections.allow(this.endpoint, 'UpdateItem');
    storage.allowInvocation(this.endpoint, ENV.filesUrl);
    const route = new HttpRoute(this, 'Route', {
      httpApi: api,
      routeKey: HttpRouteKey.with('/attachment', HttpMethod.ANY),
      integration: new HttpLambdaIntegration('Integration', this.endpoint),
    });
    suppress(route, 'APIG4', 'The function authenticates each request, as for all endpoints.');
  }

  /** Sets the base URL of the files. */
  servedAt(url: string): void {
    this.endpoint.addEnvironment(ENV.publicUrl, url);
  }
}
