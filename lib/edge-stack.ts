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
import { realtimeRequest, restRequest } from './edge-functions.ts';
import { suppress } from './suppress.ts';

export interface EdgeStackProps extends StackProps {
  readonly stage: string;
  readonly tables: Tables;
  readonly realtime: WebSocketStage;
  readonly rest: HttpApi;
  readonly failures: IDestination;
  /** The host name that clients know, in place of CloudFront's own; its record is made if there is a zone for it. */
  readonly domain:
    | { readonly name: string; readonly certificateArn: string; readonly hostedZoneId?: string | undefined }
    | undefined;
  /** The firewall before it all. */
  readonly webAclArn: string | undefined;
  readonly priceClass: PriceClass;
  readonly keepData: boolean;
  readonly attachmentDays: number;
}

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html */
const CACHED_ERRORS = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

/** The one host name that clients know: the realtime channel, the REST endpoints, and the attachments that it serves. */
export class EdgeStack extends Stack {
  constructor(scope: Construct, id: string, props: EdgeStackProps) {
    super(scope, id, props);
    const { realtime, rest, domain, webAclArn, priceClass } = props;
    const attachments = new Attachments(this, 'Attachments', { ...props, api: rest });
    const host = (apiId: string) => `${apiId}.execute-api.${this.region}.${this.urlSuffix}`;

    const distribution = new Distribution(this, 'Distribution', {
      comment: 'Macaw: the one host name of the chat',
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass,
      ...(webAclArn && { webAclId: webAclArn }),
      ...(domain && {
        domainNames: [domain.name],
        certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
      }),
      defaultBehavior: this.passing(new HttpOrigin(host(rest.apiId)), 'Rest', restRequest()),
      additionalBehaviors: {
        '/socket.io/*': this.passing(
          new HttpOrigin(host(realtime.api.apiId), { originPath: `/${realtime.stageName}` }),
          'Realtime',
          realtimeRequest(),
        ),
        [`/${ATTACHMENTS}/*`]: {
          // LIST only turns the answer for what is not there from "forbidden" into "not found"; no path leads to a list.
          origin: S3BucketOrigin.withOriginAccessControl(attachments.bucket, {
            originAccessLevels: [AccessLevel.READ, AccessLevel.LIST],
          }),
          viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
          allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
          cachePolicy: CachePolicy.CACHING_OPTIMIZED,
          responseHeadersPolicy: this.inert(),
        },
      },
      // CloudFront caches errors for 10 seconds, with neither query nor headers in the key: it would serve the failure of
      // one client to others. And a thumbnail is asked for before it is made.
      errorResponses: CACHED_ERRORS.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
    });
    Annotations.of(distribution).acknowledgeWarning(
      '@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk',
      'The bucket is not the default origin: its root, where S3 lists, has no path.',
    );
    suppress(distribution, 'CFR1', 'Where chat may be used from is for whoever deploys it to say.');
    if (!webAclArn)
      suppress(
        distribution,
        'CFR2',
        'A web ACL is billed while nobody comes; whoever wants one configures a firewall.',
      );
    suppress(
      distribution,
      'CFR3',
      'Standard logs have the query strings, in which clients send their credentials; the REST endpoints log without them.',
    );
    if (!domain)
      suppress(distribution, 'CFR4', "The certificate of CloudFront's own host names comes with no other policy.");
    if (domain?.hostedZoneId) this.record(domain.name, domain.hostedZoneId, distribution);
    const url = `https://${domain?.name ?? distribution.distributionDomainName}`;
    attachments.servedAt(url);
    new CfnOutput(this, 'Endpoint', { value: url, description: 'The base URL that clients are given' });
    new CfnOutput(this, 'DistributionDomain', {
      value: distribution.distributionDomainName,
      description: 'What a domain of your own has to lead to, as an alias or CNAME',
    });
  }

  /** Makes the host name lead to the distribution, by IPv4 and IPv6. */
  private record(name: string, hostedZoneId: string, distribution: Distribution): void {
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

  /** What is handed through to an API: every method and header, nothing cached. */
  private passing(origin: IOrigin, name: string, code: string): BehaviorOptions {
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

  /** Whatever somebody uploaded: nothing in it runs, and every site may show it. */
  private inert(): ResponseHeadersPolicy {
    return new ResponseHeadersPolicy(this, 'Inert', {
      comment: 'Macaw: attachments are shown, never run',
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
