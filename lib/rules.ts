import { type App, Validations } from 'aws-cdk-lib';

/**
 * Has each synthesis fail that breaks a rule of AwsSolutions without saying why (`explain`). The CDK checks the templates
 * against the schemas and rules of CloudFormation by itself, as the flag `validateAgainstDefaultRules` in cdk.json demands.
 * Both take a while, and are left out when the environment has CDK_VALIDATION=false.
 */
export async function addRules(app: App): Promise<void> {
  if (process.env.CDK_VALIDATION === 'false') return;
  const { AwsSolutionsChecks } = await import('cdk-nag');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
