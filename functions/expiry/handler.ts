import { ListPlatformApplicationsCommand, type PlatformApplication, SNSClient } from '@aws-sdk/client-sns';
import { ENV } from '../constants.ts';
import { requireEnv } from '../environment.ts';

const sns = new SNSClient({});
const prefix = `${requireEnv(ENV.platformPrefix)}-`;

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Writes the metric `PushCertificateDaysLeft` for every certificate that SNS holds, once a day. Keys do not expire.
 * CloudWatch reads it from the log:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export async function handler(): Promise<void> {
  for await (const { PlatformApplicationArn = '', Attributes } of applications()) {
    // arn:aws:sns:<region>:<account>:app/<platform>/<name>
    const [, platform = '', name = ''] = PlatformApplicationArn.split('/');
    const expires = Date.parse(Attributes?.AppleCertificateExpirationDate ?? '');
    if (!name.startsWith(prefix) || Number.isNaN(expires)) continue;
    console.log(JSON.stringify(metric(name.slice(prefix.length), platform, expires, Date.now())));
  }
}

async function* applications(): AsyncGenerator<PlatformApplication> {
  let NextToken: string | undefined;
  do {
    const page = await sns.send(new ListPlatformApplicationsCommand({ NextToken }));
    yield* page.PlatformApplications ?? [];
    NextToken = page.NextToken;
  } while (NextToken);
}

function metric(app: string, platform: string, expires: number, now: number) {
  return {
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [
        {
          Namespace: 'Macaw',
          Dimensions: [['app', 'platform']],
          Metrics: [{ Name: 'PushCertificateDaysLeft', Unit: 'None' }],
        },
      ],
    },
    app,
    platform,
    PushCertificateDaysLeft: Math.floor((expires - now) / DAY_MS),
  };
}
