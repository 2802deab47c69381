import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { dashboard } from './dashboard.ts';
import type { Watched } from './watched.ts';

export interface OperationsStackProps extends StackProps {
  readonly watched: Watched;
  /** The address that receives alarm mails. @default none; you can subscribe to the topic */
  readonly alarmEmail?: string | undefined;
}

/** The dashboard and the alarms of a stage. */
export class OperationsStack extends Stack {
  constructor(scope: Construct, id: string, { watched, alarmEmail, ...props }: OperationsStackProps) {
    super(scope, id, props);
    const alarms = new Alarms(this, 'Alarms', watched);
    const topic = this.topic();
    if (alarmEmail !== undefined) topic.addSubscription(new EmailSubscription(alarmEmail));
    const action = new SnsAction(topic);
    for (const alarm of alarms.all) {
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
    dashboard(this, 'Dashboard', watched, alarms.all);
    new CfnOutput(this, 'AlarmTopic', {
      value: topic.topicArn,
      description: 'The topic that publishes alarms; subscribe to it',
    });
  }

  private topic(): Topic {
    const topic = new Topic(this, 'Topic', { displayName: 'Macaw', enforceSSL: true });
    // A custom policy replaces the default policy, which lets the account publish. So CloudWatch needs a statement.
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    return topic;
  }
}
