import type { IAspect } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { MacawFunction } from './macaw-function.ts';
import { suppressWildcards } from './suppress.ts';

export interface ObservabilityProps {
  /** The value of `service` in every log line, and the dimension of every metric. */
  readonly service: string;
  /** Whether to enable X-Ray tracing. */
  readonly tracing: boolean;
}

/** Sets the service name of every function, and enables X-Ray tracing. */
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
    if (!(resource instanceof CfnFunction))
      throw new Error('Expected the default child of a function to be a CfnFunction');
    resource.tracingConfig = { mode: 'Active' };
    suppressWildcards(node.role, ['*'], 'X-Ray actions do not support resource-level permissions.');
    node.addToRolePolicy(
      new PolicyStatement({ actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], resources: ['*'] }),
    );
  }
}
