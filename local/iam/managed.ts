/**
 * AWS's own managed policies, as far as functions commonly carry them. All of these allow what Lambda does on a
 * function's behalf (logs, traces), which the local cloud does without asking; the statements are here so that
 * a handler calling those services itself is judged correctly.
 */
export const AWS_MANAGED_POLICIES: Record<string, object> = {
  'service-role/AWSLambdaBasicExecutionRole': {
    Statement: {
      Effect: 'Allow',
      Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: '*',
    },
  },
  AWSXRayDaemonWriteAccess: {
    Statement: {
      Effect: 'Allow',
      Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'],
      Resource: '*',
    },
  },
  CloudWatchLambdaInsightsExecutionRolePolicy: {
    Statement: {
      Effect: 'Allow',
      Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: '*',
    },
  },
};
