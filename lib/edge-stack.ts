import { Annotations, CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { HttpApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AccessLevel,
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HeadersFrameOption,
  HttpVersion,
  type IOrigin,
  OriginRequestPolicy,
  type PriceClass,
  ResponseHeadersPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { IDestination } from 'aws-cdk-lib/aws-lambda';
import { CfnRecordSet } from 'aws-cdk-lib/aws-route53';
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets';
import type { Construct } from 'constructs';
import { ATTACHMENTS } from '../functions/shared/constants.ts';
import { Attachments } from './attachments.ts';
import type { Tables } from './data-stack.ts';
import { ORIGIN, PATH_WITHOUT_SLASH, realtimeRequest, restRequest } from './edge-functions.ts';
import { suppress } from './suppress.ts';

export interface EdgeStackProps extends StackProps {
  readonly stage: string;
  readonly tables: Tables;
  readonly realtime: WebSocketStage;
  /** The HTTP API of the long-polling transport. */
  readonly polling: HttpApi;
  readonly rest: HttpApi;
  readonly failures: IDestination;
  /** A custom domain. Its DNS records are created if `hostedZoneId` is set. */
  readonly domain:
    | { readonly name: string; readonly certificateArn: string; readonly hostedZoneId?: string | undefined }
    | undefined;
  /** The web ACL of the distribution. */
  readonly webAclArn: string | undefined;
  readonly priceClass: PriceClass;
  readonly keepData: boolean;
  readonly attachmentDays: number;
  /** Whether there is a chat page. */
  readonly demo: boolean;
}

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html */
const CACHED_ERRORS = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

/** The CloudFront distribution: one host name for the realtime channel, the REST endpoints and the attachments. */
export class EdgeStack extends Stack {
  constructor(scope: Construct, id: string, props: EdgeStackProps) {
    super(scope, id, props);
    const { realtime, polling, rest, domain, webAclArn, priceClass } = props;
    const attachments = new Attachments(this, 'Attachments', { ...props, api: rest });
    const host = (apiId: string) => `${apiId}.execute-api.${this.region}.${this.urlSuffix}`;

    const socketIo = this.forward(
      new HttpOrigin(host(realtime.api.apiId), {
        originId: ORIGIN.webSocket,
        originPath: `/${realtime.stageName}`,
      }),
      'Realtime',
      realtimeRequest(),
    );

    const distribution = new Distribution(this, 'Distribution', {
      comment: 'Macaw: the public host name',
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass,
      ...(webAclArn && { webAclId: webAclArn }),
      ...(domain && {
        domainNames: [domain.name],
        certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
      }),
      defaultBehavior: this.forward(new HttpOrigin(host(rest.apiId)), 'Rest', restRequest()),
      additionalBehaviors: {
        '/socket.io/*': socketIo,
        // Clients with `addTrailingSlash: false`. Each origin must belong to a behavior.
        [PATH_WITHOUT_SLASH]: {
          ...socketIo,
          origin: new HttpOrigin(host(polling.apiId), { originId: ORIGIN.polling }),
        },
        [`/${ATTACHMENTS}/*`]: {
          // With LIST, S3 answers 404 instead of 403 for a missing object. No path leads to a listing.
          origin: S3BucketOrigin.withOriginAccessControl(attachments.bucket, {
            originAccessLevels: [AccessLevel.READ, AccessLevel.LIST],
          }),
          viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
          allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
          cachePolicy: CachePolicy.CACHING_OPTIMIZED,
          responseHeadersPolicy: this.attachmentHeaders(),
        },
      },
      // CloudFront caches errors for 10 seconds, with neither query nor headers in the key. The error of one client would
      // reach others. And clients request a thumbnail before it exists.
      errorResponses: CACHED_ERRORS.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
    });
    Annotations.of(distribution).acknowledgeWarning(
      '@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk',
      'The bucket is not the default origin. No path leads to its root, where S3 lists objects.',
    );
    suppress(distribution, 'CFR1', 'Geographic restrictions are left to the deployer.');
    if (!webAclArn)
      suppress(distribution, 'CFR2', 'A web ACL costs money without traffic. The setting firewall enables one.');
    suppress(
      distribution,
      'CFR3',
      'Standard logs contain query strings, where clients send credentials. The REST access log omits query strings.',
    );
    if (!domain) suppress(distribution, 'CFR4', 'The default CloudFront certificate has a fixed security policy.');
    if (domain?.hostedZoneId) this.createRecords(domain.name, domain.hostedZoneId, distribution);
    const url = `https://${domain?.name ?? distribution.distributionDomainName}`;
    attachments.servedAt(url);
    new CfnOutput(this, 'Endpoint', { value: url, description: 'The base URL for clients' });
    new CfnOutput(this, 'Console', { value: `${url}/console`, description: 'The admin console' });
    if (props.demo) new CfnOutput(this, 'ChatPage', { value: `${url}/chat`, description: 'The chat page' });
    new CfnOutput(this, 'DistributionDomain', {
      value: distribution.distributionDomainName,
      description: 'The alias or CNAME target for a custom domain',
    });
  }

  /** Creates an alias record for the distribution, for IPv4 and IPv6. */
  private createRecords(name: string, hostedZoneId: string, distribution: Distribution): void {
    for (const type of ['A', 'AAAA']) {
      new CfnRecordSet(this, `Record${type}`, {
        type,
        name,
        hostedZoneId,
        aliasTarget: {
          dnsName: distribution.distributionDomainName,
          hostedZoneId: CloudFrontTarget.CLOUDFRONT_ZONE_ID,
        },
      });
    }
  }

  /** Forwards every method and header to an API, without caching. */
  private forward(origin: IOrigin, name: string, code: string): BehaviorOptions {
    return {
      origin,
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      functionAssociations: [
        {
          eventType: FunctionEventType.VIEWER_REQUEST,
          function: new EdgeFunction(this, `${name}Request`, {
            code: FunctionCode.fromInline(code),
            runtime: FunctionRuntime.JS_2_0,
          }),
        },
      ],
    };
  }

  /** Headers for uploaded files: scripts do not run, and every site can embed the files. */
  private attachmentHeaders(): ResponseHeadersPolicy {
    return new ResponseHeadersPolicy(this, 'Inert', {
      comment: 'Macaw: attachments without script execution',
      securityHeadersBehavior: {
        contentTypeOptions: { override: true },
        contentSecurityPolicy: {
          contentSecurityPolicy:
            "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox",
          override: true,
        },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
      },
      corsBehavior: {
        accessControlAllowOrigins: ['*'],
        accessControlAllowMethods: ['GET', 'HEAD', 'OPTIONS'],
        accessControlAllowHeaders: ['*'],
        accessControlAllowCredentials: false,
        accessControlMaxAge: Duration.days(1),
        originOverride: true,
      },
      customHeadersBehavior: {
        customHeaders: [{ header: 'cross-origin-resource-policy', value: 'cross-origin', override: true }],
      },
    });
  }
}
