import { App, Tags } from 'aws-cdk-lib';
import { DataStack } from '../lib/data-stack.ts';
import { documentation } from '../lib/documentation.ts';
import { EdgeStack } from '../lib/edge-stack.ts';
import { PlatformApplications } from '../lib/platform-applications.ts';
import { RealtimeStack } from '../lib/realtime-stack.ts';
import { RestStack } from '../lib/rest-stack.ts';
import { addRules } from '../lib/rules.ts';

const app = new App();
await addRules(app);
const stage: unknown = app.node.tryGetContext('stage') ?? 'prod';
if (typeof stage !== 'string' || !/^[a-z][a-z0-9]{0,15}$/.test(stage)) {
  throw new Error(`The context "stage" is ${JSON.stringify(stage)}; it must be 1 to 16 lower-case letters or digits`);
}

const prefix = `Macaw-${stage}`;
const { tables } = new DataStack(app, `${prefix}-Data`, { description: 'Macaw: tables' });
const platforms = new PlatformApplications(prefix);
const realtime = new RealtimeStack(app, `${prefix}-Realtime`, {
  description: 'Macaw: the realtime channel',
  tables,
  platforms,
});
const { api } = new RestStack(app, `${prefix}-Rest`, {
  description: 'Macaw: the REST endpoints',
  tables,
  platforms,
  realtime,
  documentation: await documentation(),
});
new EdgeStack(app, `${prefix}-Edge`, {
  description: 'Macaw: the one host name, and the attachments',
  stage,
  tables,
  realtime: realtime.stage,
  rest: api,
  failures: realtime.failures,
});
Tags.of(app).add('macaw:stage', stage);
