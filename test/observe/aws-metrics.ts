/** The watched metrics of AWS, with names and dimensions from its documentation. */
export const AWS_METRICS = [
  {
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html',
    namespace: 'AWS/ApiGateway',
    names: ['ConnectCount', 'MessageCount', 'IntegrationError', 'ClientError', 'ExecutionError', 'IntegrationLatency'],
    dimensions: [['ApiId'], ['ApiId', 'Stage']],
  },
  {
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html',
    namespace: 'AWS/ApiGateway',
    names: ['4xx', '5xx', 'Count', 'IntegrationLatency', 'Latency', 'DataProcessed'],
    dimensions: [['ApiId'], ['ApiId', 'Stage']],
  },
  {
    // Without dimensions: the sum over all functions of the account and region.
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html',
    namespace: 'AWS/Lambda',
    names: ['Invocations', 'Errors', 'Throttles', 'Duration', 'ConcurrentExecutions'],
    dimensions: [[], ['FunctionName']],
  },
  {
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html',
    namespace: 'AWS/SQS',
    names: ['ApproximateNumberOfMessagesVisible', 'ApproximateAgeOfOldestMessage'],
    dimensions: [['QueueName']],
  },
  {
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html',
    namespace: 'AWS/DynamoDB',
    names: ['ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits'],
    dimensions: [['TableName'], ['GlobalSecondaryIndexName', 'TableName']],
  },
] as const;

/** The value that identifies a resource in a dimension, by resource type: its Ref, or an attribute. */
export const RESOURCES: Record<string, { readonly type: string; readonly attribute?: string }> = {
  ApiId: { type: 'AWS::ApiGatewayV2::Api' },
  Stage: { type: 'AWS::ApiGatewayV2::Stage' },
  FunctionName: { type: 'AWS::Lambda::Function' },
  QueueName: { type: 'AWS::SQS::Queue', attribute: 'QueueName' },
  TableName: { type: 'AWS::DynamoDB::Table' },
};
