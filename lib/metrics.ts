import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC, METRIC_NAMESPACE } from '../functions/shared/constants.ts';

/** The period of everything that is watched, if nothing else is said. */
export const PERIOD = Duration.minutes(5);

/** The metrics that a stage's functions write. */
export type Counted = (name: keyof typeof METRIC, options?: MetricOptions) => Metric;

/** @param service the dimension that all of them have */
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
 * A metric of AWS's own; test/observe/aws-metrics.ts holds what there is, with sources.
 * @param dimensions none for the sum over the whole account
 */
export function ofAws(
  namespace: string,
  metricName: string,
  dimensionsMap: Record<string, string>,
  options?: MetricOptions,
): Metric {
  return new Metric({ namespace, metricName, dimensionsMap, statistic: 'Sum', period: PERIOD, ...options });
}
