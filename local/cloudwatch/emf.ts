import * as z from 'zod/mini';
import { tryParse } from '../shared/json.ts';

/** One metric of a log line, with its values. */
export interface Datum {
  namespace: string;
  name: string;
  unit: string;
  dimensions: Record<string, string>;
  values: number[];
  /** Epoch ms. */
  timestamp: number;
}

const documentSchema = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string(), Unit: z.optional(z.string()) })),
      }),
    ),
  }),
});

/**
 * The metrics in a log line in the embedded metric format. Undefined for other lines.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function readMetrics(line: string): Datum[] | undefined {
  if (!line.startsWith('{')) return undefined;
  const parsed = documentSchema.safeParse(tryParse(line));
  if (!parsed.success) return undefined;
  const { _aws: head, ...members } = parsed.data;
  return head.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name: name, Unit: unit = 'None' }) =>
      Dimensions.map((keys) => ({
        namespace,
        name,
        unit,
        dimensions: Object.fromEntries(keys.map((key) => [key, String(members[key])])),
        values: [members[name]].flat().map(Number),
        timestamp: head.Timestamp,
      })),
    ),
  );
}
