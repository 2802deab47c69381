import { ENV, METRIC, METRIC_NAMESPACE } from '../shared/constants.ts';

type Name = (typeof METRIC)[keyof typeof METRIC];
type Strings = Readonly<Record<string, string>>;

/** The units of metrics that are no counts. */
const UNITS: Partial<Record<Name, string>> = {
  [METRIC.deliveryLatency]: 'Milliseconds',
  [METRIC.certificateDaysLeft]: 'None',
};

/** Maximum values of a metric in one line. */
const MAX_VALUES = 100;

/** Counts and measured values of the current invocation. */
const counts = new Map<Name, number>();
const values = new Map<Name, number[]>();

export function count(name: Name, times = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + times);
}

const measure = (name: Name, value: number) => values.set(name, [...(values.get(name) ?? []), value]);

/**
 * Records that a message has reached all online receivers.
 * @param arrival when the message reached the gateway, epoch ms
 * @param posts number of connections that received it
 */
export function recordDelivery(arrival: number, posts: number): void {
  if (posts === 0) return;
  // The clocks of the gateway and the function may differ slightly.
  measure(METRIC.deliveryLatency, Math.max(0, Date.now() - arrival));
  measure(METRIC.fanOut, posts);
}

/** Records the number of days until a push certificate expires. */
export function recordCertificate(
  dimensions: { readonly app: string; readonly platform: string },
  daysLeft: number,
): void {
  const metric = new Map([[METRIC.certificateDaysLeft, [daysLeft]]]);
  write(metric, dimensions, {});
  // An alarm cannot search. It takes the minimum over all certificates of the stage.
  write(metric, {}, {});
}

/**
 * Writes all counts in one line, from which CloudWatch extracts the metrics. The ids make the line a record of the
 * invocation. Writes nothing without counts.
 */
export function publishMetrics(ids: Strings): void {
  for (const [name, times] of counts) measure(name, times);
  counts.clear();
  while (values.size > 0) {
    write(new Map([...values].map(([name, all]) => [name, all.splice(0, MAX_VALUES)])), {}, ids);
    for (const [name, { length }] of values) if (length === 0) values.delete(name);
  }
}

/**
 * Writes one line in the embedded metric format.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
function write(metrics: ReadonlyMap<Name, readonly number[]>, more: Strings, ids: Strings): void {
  const dimensions = { service: process.env[ENV.serviceName], ...more };
  const Metrics = [...metrics.keys()].map((Name) => ({ Name, Unit: UNITS[Name] ?? 'Count' }));
  const line = {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [{ Namespace: METRIC_NAMESPACE, Dimensions: [Object.keys(dimensions)], Metrics }],
    },
    ...ids,
    ...dimensions,
    ...Object.fromEntries([...metrics].map(([name, all]) => [name, all.length === 1 ? all[0] : all])),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
