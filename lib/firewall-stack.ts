import { CrossStackReferences, ReferenceStrength, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import { ERROR } from '../functions/shared/errors.ts';

export interface FirewallStackProps extends StackProps {
  /** The number of requests that one IP address can send in five minutes. WebSocket frames do not count. */
  readonly requestsPerFiveMinutes: number;
}

/** The web ACL of the distribution. AWS requires it in us-east-1. */
export class FirewallStack extends Stack {
  readonly webAclArn: string;

  constructor(scope: Construct, id: string, props: FirewallStackProps) {
    super(scope, id, props);
    const visible = (metricName: string) => ({
      cloudWatchMetricsEnabled: true,
      metricName,
      sampledRequestsEnabled: false,
    });
    const refused = {
      errorCode: ERROR.memberLimit,
      errorMessage: `Too many requests: the limit is ${props.requestsPerFiveMinutes} in five minutes for each IP address. Retry later.`,
    };
    const acl = new CfnWebACL(this, 'Firewall', {
      description: 'Macaw: limits requests by IP address',
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: visible('Firewall'),
      customResponseBodies: {
        TooOften: { contentType: 'APPLICATION_JSON', content: JSON.stringify(refused) },
      },
      rules: [
        {
          name: 'RequestsByAddress',
          priority: 0,
          statement: {
            rateBasedStatement: {
              aggregateKeyType: 'IP',
              evaluationWindowSec: 300,
              limit: props.requestsPerFiveMinutes,
            },
          },
          action: {
            block: {
              customResponse: {
                responseCode: 429,
                customResponseBodyKey: 'TooOften',
                responseHeaders: [{ name: 'access-control-allow-origin', value: '*' }],
              },
            },
          },
          visibilityConfig: visible('RequestsByAddress'),
        },
      ],
    });
    // CloudFormation exports do not work across regions.
    CrossStackReferences.of(acl).produce(ReferenceStrength.WEAK);
    this.webAclArn = acl.attrArn;
  }
}
