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
  /** Where asynchronous invocations go that failed for good. */
  readonly failures: IDestination;
  /** Whether the files outlive their stack. */
  readonly keepData: boolean;
  /** After how many days a file is deleted. */
  readonly attachmentDays: number;
}

/** The files that users send one another: their bucket, and the functions that upload them and make thumbnails. */
export class Attachments extends Construct {
  readonly bucket: IBucket;
  private readonly endpoint: MacawFunction;

  constructor(scope: Construct, id: string, props: AttachmentsProps) {
    super(scope, id);
    const { stage, tables, api, failures, keepData, attachmentDays } = props;
    // Bucket and function each have to name the other. So the bucket's name is made up here: what refers to it by that
    // need not wait for it.
    const { account, region, partition } = Stack.of(this);
    const bucketName = `macaw-${stage}-attachments-${account}-${region}`;
    const bucketArn = `arn:${partition}:s3:::${bucketName}`;

    const storage = new MacawFunction(this, 'Storage', {
      handlerFile: 'files',
      description: 'Signs uploads, stores files and makes thumbnails',
      // An image of 100 megapixels has to fit in; and CPU comes with it.
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
      suppressWildcards(storage.role, resources, 'Objects are named as they are uploaded; these are of one folder.');
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
      // Browsers upload from whatever site the chat is part of; what they may upload, the signed form says.
      cors: [{ allowedOrigins: ['*'], allowedMethods: [HttpMethods.POST], allowedHeaders: ['*'], maxAge: 3600 }],
      // Its name is taken as long as it is there, so a first deployment that fails must not leave it behind.
      removalPolicy: keepData ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
      autoDeleteObjects: !keepData,
    });
    suppress(
      bucket,
      'S1',
      'Logs would be kept longer than the attachments that they name; it is read through the distribution alone.',
    );
    // In the template itself: the CDK's way is a function in Python that may change the notifications of every bucket.
    const resource = bucket.node.defaultChild;
    if (!(resource instanceof CfnBucket)) throw new Error('A bucket is made of a CfnBucket');
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
    // The CDK's own types differ in what may be undefined and what may be absent.
    this.bucket = bucket as IBucket;

    this.endpoint = new MacawFunction(this, 'Attachment', {
      handlerFile: 'attachments',
      description: 'The endpoint for uploads',
      timeout: Duration.seconds(29),
    });
    tables.core.allow(this.endpoint, 'GetItem');
    tables.accounts.allow(this.endpoint, 'GetItem');
    tables.connections.allow(this.endpoint, 'UpdateItem');
    storage.allowInvocation(this.endpoint, ENV.filesUrl);
    const route = new HttpRoute(this, 'Route', {
      httpApi: api,
      routeKey: HttpRouteKey.with('/attachment', HttpMethod.ANY),
      integration: new HttpLambdaIntegration('Integration', this.endpoint),
    });
    suppress(route, 'APIG4', 'The function asks who sends a request, as for all endpoints.');
  }

  /** Tells below which URL the files are served. */
  servedAt(url: string): void {
    this.endpoint.addEnvironment(ENV.publicUrl, url);
  }
}
