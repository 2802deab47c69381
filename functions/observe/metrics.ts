import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRIC, METRIC_NAMESPACE } from '../shared/constants.ts';

type Name = (typeof METRIC)[keyof typeof METRIC];

const metrics = new Metrics({ namespace: METRIC_NAMESPACE });

/** What this invocation has counted so far. */
const counts = new Map<Name, number>();

/** Counts something that happened. */
export function count(name: Name, times = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + times);
}

/**
 * Records that a message has reached those who are online.
 * @param arrival when it reached the gateway, epoch ms
 * @param posts to how many connections it went
 */
export function recordDelivery(arrival: number, posts: number): void {
  if (posts === 0) return;
  // The clocks of the gateway and of this machine may differ by a little.
  metrics.addMetric(METRIC.deliveryLatency, MetricUnit.Milliseconds, Math.max(0, Date.now() - arrival));
  metrics.addMetric(METRIC.fanOut, MetricUnit.Count, posts);
}

/** Writes how many days a push certificate is still valid. */
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
 * Writes what was counted, in one line from which CloudWatch takes the metrics; the ids in it make it the record of what
 * the invocation did. Nothing is written when there was nothing to count.
 */
export function publishMetrics(ids: Readonly<Record<string, string>>): void {
  for (const [name, times] of counts) metrics.addMetric(name, MetricUnit.Count, times);
  counts.clear();
  if (!metrics.hasStoredMetrics()) return;
  for (const [key, id] of Object.entries(ids)) metrics.addMetadata(key, id);
  metrics.publishStoredMetrics();
}
