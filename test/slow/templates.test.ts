import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { synthesize } from '../../scripts/synth.ts';
import { ofType, templateIn, temporaryDirectories } from '../stacks/assembly.ts';
import { expectSnapshots } from '../stacks/snapshots.ts';

const temporary = temporaryDirectories();

// `npm run synth` validates the default configuration.
it('the templates with every option set pass the validation without errors and warnings', async () => {
  const assembly = temporary();
  await synthesize(assembly, { configuration: 'test/stacks/full.json', validation: true });
  const report = JSON.parse(readFileSync(join(assembly, 'validation-report.json'), 'utf8'));
  expect(report.pluginReports).toEqual([]);
}, 180_000);

it('the templates of another stage differ only in its name', async () => {
  const assembly = temporary();
  await synthesize(assembly, { context: { stage: 'other' } });
  await expectSnapshots(assembly, 'other', 'default', 6);
}, 60_000);

it('the firewall is in us-east-1, for a stage in any region', async () => {
  const file = join(temporary(), 'macaw.json');
  const prod = { region: 'eu-central-1', firewall: { requestsPerFiveMinutes: 100 } };
  writeFileSync(file, JSON.stringify({ stages: { prod } }));
  const elsewhere = temporary();
  await synthesize(elsewhere, { configuration: file });
  const { artifacts } = JSON.parse(readFileSync(join(elsewhere, 'manifest.json'), 'utf8'));
  expect(artifacts['Macaw-prod-Firewall'].environment).toBe('aws://unknown-account/us-east-1');
  expect(artifacts['Macaw-prod-Edge'].environment).toBe('aws://unknown-account/eu-central-1');
  expect(artifacts['Macaw-prod-Edge'].dependencies).toContain('Macaw-prod-Firewall');
  const [output] = Object.keys(templateIn(elsewhere, 'Firewall').Outputs);
  const [distribution] = ofType(templateIn(elsewhere, 'Edge'), 'AWS::CloudFront::Distribution');
  expect(distribution?.Properties.DistributionConfig).toMatchObject({
    WebACLId: {
      'Fn::GetStackOutput': { StackName: 'Macaw-prod-Firewall', OutputName: output, Region: 'us-east-1' },
    },
  });
}, 60_000);
