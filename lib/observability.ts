import type { IAspect } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { MacawFunction } from './macaw-function.ts';
import { suppressWildcards } from './suppress.ts';

export interface ObservabilityProps {
  /** What stands in every line of the log, and is the dimension of every metric. */
  readonly service: string;
  /** Whether X-Ray records where the time goes. */
  readonly tracing: boolean;
}

/** Makes every function say in its log and metrics which stage it belongs to, and lets X-Ray trace it. */
export class Observability implements IAspect {
  private readonly props: ObservabilityProps;

  constructor(props: ObservabilityProps) {
    this.props = props;
  }

  visit(node: IConstruct): void {
    if (!(node instanceof MacawFunction)) return;
    node.addEnvironment('POWERTOOLS_SERVICE_NAME', this.props.service);
    if (!this.props.tracing) return;
    const resource = node.node.defaultChild;
    if (!(resource instanceof CfnFunction)) throw new Error('A function is made of a CfnFunction');
    resource.tracingConfig = { mode: 'Active' };
    suppressWildcards(node.role, ['*'], "X-Ray's actions know no resources.");
    node.addToRolePolicy(
      new PolicyStatement({ actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], resources: ['*'] }),
    );
  }
}
