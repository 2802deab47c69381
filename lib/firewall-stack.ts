import { CrossStackReferences, ReferenceStrength, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import { ERROR } from '../functions/shared/errors.ts';

export interface FirewallStackProps extends StackProps {
  /** How many requests one address may make in five minutes. Frames on an open websocket are none. */
  readonly requestsPerFiveMinutes: number;
}

/** What CloudFront asks before it lets a request in. AWS wants it in us-east-1, wherever the rest is. */
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
      errorMessage: `From one address, ${props.requestsPerFiveMinutes} requests may come in five minutes; try again later`,
    };
    const acl = new CfnWebACL(this, 'Firewall', {
      description: 'Macaw: limits requests by address',
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
    // An export ends at its region's border.
    CrossStackReferences.of(acl).produce(ReferenceStrength.WEAK);
    this.webAclArn = acl.attrArn;
  }
}
