import { readFileSync } from 'node:fs';
import { App, CfnResource } from 'aws-cdk-lib';
import { expect, it } from 'vitest';
import { RETENTION_DAYS } from '../../functions/shared/constants.ts';
import { DataStack } from '../../lib/data-stack.ts';
import { addRules } from '../../lib/rules.ts';

/** Synthesizes the tables and the queue with a plausible mistake. */
async function synthesizeBroken(damage: (resource: (path: string) => CfnResource) => void): Promise<void> {
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8'));
  const app = new App({ context });
  await addRules(app);
  const stack = new DataStack(app, 'Data', {
    stage: 'prod',
    keepData: true,
    retentionDays: RETENTION_DAYS,
    firstApp: { id: 'macaw', mode: 'open' },
  });
  damage((path) => {
    const found = stack.node.findChild(path).node.defaultChild;
    if (!CfnResource.isCfnResource(found)) throw new Error(`${path} is made of no resource`);
    return found;
  });
  app.synth();
}

it('undamaged templates are synthesized', async () => {
  await synthesizeBroken(() => {});
}, 60_000);

it('a value that CloudFormation would refuse fails the synthesis', async () => {
  const synthesis = synthesizeBroken((resource) => resource('Core').addPropertyOverride('BillingMode', 'PAY_PER_MOON'));
  await expect(synthesis).rejects.toThrow(/PAY_PER_MOON/);
}, 60_000);

it('a property that CloudFormation does not know fails the synthesis', async () => {
  const synthesis = synthesizeBroken((resource) => resource('Core').addPropertyOverride('TimeToLive', 7));
  await expect(synthesis).rejects.toThrow(/TimeToLive/);
}, 60_000);

it('what AwsSolutions advises against fails the synthesis, unless it is explained', async () => {
  const synthesis = synthesizeBroken((resource) => resource('Failures').node.scope?.node.tryRemoveChild('Policy'));
  await expect(synthesis).rejects.toThrow(/AwsSolutions-SQS4/);
}, 60_000);
