import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRIC, METRIC_NAMESPACE } from '../shared/constants.ts';

type Name = (typeof METRIC)[keyof typeof METRIC];

const metrics = new Metrics({ namespace: METRIC_NAMESPACE });

/** Counts of the current invocation. */
const counts = new Map<Name, number>();

export function count(name: Name, times = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + times);
}

/**
 * Records that a message has reached all online receivers.
 * @param arrival when the message reached the gateway, epoch ms
 * @param posts number of connections that received it
 */
export function recordDelivery(arrival: number, posts: number): void {
  if (posts === 0) return;
  // The clocks of the gateway and the function may differ slightly.
  metrics.addMetric(METRIC.deliveryLatency, MetricUnit.Milliseconds, Math.max(0, Date.now() - arrival));
  metrics.addMetric(METRIC.fanOut, MetricUnit.Count, posts);
}

/** Records the number of days until a push certificate expires. */
export function recordCertificate(
  dimensions: { readonly app: string; readonly platform: string },
  daysLeft: number,
): void {
  const metric = new Metrics({ namespace: METRIC_NAMESPACE, singleMetric: true });
  metric.addDimensions(dimensions).addMetric(METRIC.certificateDaysLeft, MetricUnit.NoUnit, daysLeft);
  // An alarm cannot search. It takes the minimum over all certificates of the stage.
  const ofStage = new Metrics({ namespace: METRIC_NAMESPACE, singleMetric: true });
  ofStage.addMetric(METRIC.certificateDaysLeft, MetricUnit.NoUnit, daysLeft);
}

/**
 * Writes all counts in one line, from which CloudWatch extracts the metrics. The ids make the line a record of the
 * invocation. Writes nothing without counts.
 */
export function publishMetrics(ids: Readonly<Record<string, string>>): void {
  for (const [name, times] of counts) metrics.addMetric(name, MetricUnit.Count, times);
  counts.clear();
  if (!metrics.hasStoredMetrics()) return;
  for (const [key, id] of Object.entries(ids)) metrics.addMetadata(key, id);
  metrics.publishStoredMetrics();
}
