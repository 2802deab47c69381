import { type App, Validations } from 'aws-cdk-lib';

/**
 * Makes synthesis fail for each violation of an AwsSolutions rule that has no suppression (`suppress`). With the flag
 * `validateAgainstDefaultRules` in cdk.json, the CDK also validates templates against CloudFormation schemas and rules.
 * Both are slow. CDK_VALIDATION=false disables them.
 */
export async function addRules(app: App): Promise<void> {
  if (process.env.CDK_VALIDATION === 'false') return;
  const { AwsSolutionsChecks } = await import('cdk-nag');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
