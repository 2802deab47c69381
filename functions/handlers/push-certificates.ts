import { ListPlatformApplicationsCommand, type PlatformApplication, SNSClient } from '@aws-sdk/client-sns';
import { recordCertificate } from '../observe/metrics.ts';
import { observed } from '../observe/observed.ts';
import { clientConfig } from '../shared/aws-client.ts';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';

const sns = new SNSClient(clientConfig('service'));
const prefix = `${requireEnv(ENV.platformPrefix)}-`;

const DAY_MS = 24 * 60 * 60 * 1000;

/** Records the metric `PushCertificateDaysLeft` for every certificate in SNS, once a day. Keys do not expire. */
export const handler = observed(async (_event: unknown): Promise<void> => {
  for await (const { PlatformApplicationArn = '', Attributes } of applications()) {
    // arn:aws:sns:<region>:<account>:app/<platform>/<name>
    const [, platform = '', name = ''] = PlatformApplicationArn.split('/');
    const expires = Date.parse(Attributes?.AppleCertificateExpirationDate ?? '');
    if (!name.startsWith(prefix) || Number.isNaN(expires)) continue;
    recordCertificate({ app: name.slice(prefix.length), platform }, Math.floor((expires - Date.now()) / DAY_MS));
  }
});

async function* applications(): AsyncGenerator<PlatformApplication> {
  let NextToken: string | undefined;
  do {
    const page = await sns.send(new ListPlatformApplicationsCommand({ NextToken }));
    yield* page.PlatformApplications ?? [];
    NextToken = page.NextToken;
  } while (NextToken);
}
