import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC, METRIC_NAMESPACE } from '../functions/shared/constants.ts';

/** The default period of metrics. */
export const PERIOD = Duration.minutes(5);

/** The period of metrics that are written once a day, or have a limit per day. */
export const DAY = Duration.days(1);

/** Returns a metric that the functions of a stage write. */
export type Counted = (name: keyof typeof METRIC, options?: MetricOptions) => Metric;

/** @param service the value of the dimension `service` */
export function counted(service: string): Counted {
  return (name, options) =>
    new Metric({
      namespace: METRIC_NAMESPACE,
      metricName: METRIC[name],
      dimensionsMap: { service },
      statistic: 'Sum',
      period: PERIOD,
      ...options,
    });
}

/**
 * A metric that AWS publishes. test/observe/aws-metrics.ts lists them with sources.
 * @param dimensionsMap empty for the sum over the account
 */
export function ofAws(
  namespace: string,
  metricName: string,
  dimensionsMap: Record<string, string>,
  options?: MetricOptions,
): Metric {
  return new Metric({ namespace, metricName, dimensionsMap, statistic: 'Sum', period: PERIOD, ...options });
}
