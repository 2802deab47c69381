import { App, Aspects, type Environment, Tags } from 'aws-cdk-lib';
import { AdminStack } from '../lib/admin-stack.ts';
import { type Configuration, Misconfigured, readConfiguration } from '../lib/configuration.ts';
import { DataStack } from '../lib/data-stack.ts';
import { documentation } from '../lib/documentation.ts';
import { EdgeStack } from '../lib/edge-stack.ts';
import { FirewallStack } from '../lib/firewall-stack.ts';
import { LogRetention } from '../lib/log-retention.ts';
import { MacawFunction } from '../lib/macaw-function.ts';
import { Observability } from '../lib/observability.ts';
import { OperationsStack } from '../lib/operations-stack.ts';
import { ATTACHMENT_POLICY, contentPolicy } from '../lib/pages.ts';
import { PlatformApplications } from '../lib/platform-applications.ts';
import { RealtimeStack } from '../lib/realtime-stack.ts';
import { RestStack } from '../lib/rest-stack.ts';
import { addRules } from '../lib/rules.ts';
import { buildPage } from '../pages/build.ts';

const app = new App();
const configuration = configured();
const { stage, account, region, keepData, firewall } = configuration;
const { attachments, ...conversations } = configuration.retentionDays;
await addRules(app);

const prefix = `Macaw-${stage}`;
const env: Environment = { ...(account && { account }), ...(region && { region }) };
const { tables, failures, firstApp } = new DataStack(app, `${prefix}-Data`, {
  description: 'Macaw: tables, applications',
  env,
  stage,
  keepData,
  retentionDays: conversations,
  firstApp: configuration.app,
});
const platforms = new PlatformApplications(prefix);
const realtime = new RealtimeStack(app, `${prefix}-Realtime`, {
  description: 'Macaw: the realtime channel',
  env,
  tables,
  platforms,
  postQuota: configuration.postQuota,
  failures,
  webhooks: { enabled: configuration.webhooks, eventBusArn: configuration.eventBusArn },
});
const { api } = new RestStack(app, `${prefix}-Rest`, {
  description: 'Macaw: the REST endpoints',
  env,
  tables,
  platforms,
  realtime,
  smsPerDay: configuration.smsPerDay,
  stage,
  pages: [
    await documentation(),
    buildPage('console', contentPolicy()),
    ...(configuration.demo ? [buildPage('chat', ATTACHMENT_POLICY)] : []),
  ],
  demoApp: configuration.demo ? firstApp : undefined,
});
const firewallStack =
  firewall &&
  new FirewallStack(app, `${prefix}-Firewall`, {
    description: 'Macaw: the web ACL',
    env: { ...env, region: 'us-east-1' },
    ...firewall,
  });
new EdgeStack(app, `${prefix}-Edge`, {
  description: 'Macaw: the public host name and the attachments',
  env,
  stage,
  tables,
  realtime: realtime.stage,
  polling: realtime.polling,
  rest: api,
  failures,
  domain: configuration.domain,
  webAclArn: firewallStack?.webAclArn,
  priceClass: configuration.priceClass,
  keepData,
  attachmentDays: attachments,
  demo: configuration.demo,
});
new AdminStack(app, `${prefix}-Admin`, {
  description: 'Macaw: statistics, administration and moderation',
  env,
  tables,
  realtime,
  failures,
  rest: api,
  webhooks: realtime.webhooks,
  functions: functionsOf(app),
});
new OperationsStack(app, `${prefix}-Operations`, {
  description: 'Macaw: dashboard and alarms',
  env,
  alarmEmail: configuration.alarmEmail,
  watched: {
    service: prefix,
    realtime: realtime.stage,
    polling: realtime.polling,
    rest: api,
    heartbeat: realtime.heartbeat,
    functions: functionsOf(app),
    smsPerDay: configuration.smsPerDay,
    failureQueue: failures,
  },
});
Aspects.of(app).add(new LogRetention(configuration.logRetentionDays));
Aspects.of(app).add(new Observability({ service: prefix, tracing: configuration.tracing }));
// Some regions do not support tags on dashboards.
Tags.of(app).add('macaw:stage', stage, { excludeResourceTypes: ['AWS::CloudWatch::Dashboard'] });

function functionsOf(app: App): MacawFunction[] {
  return app.node.findAll().filter((node) => node instanceof MacawFunction);
}

function configured(): Configuration {
  try {
    return readConfiguration(app.node.tryGetContext('stage'), app.node.tryGetContext('configuration'));
  } catch (error) {
    if (!(error instanceof Misconfigured)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
