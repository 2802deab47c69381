import * as z from 'zod/mini';
import type { Model } from '../../local/template/model.ts';

/** A metric in an alarm or a widget. A search contains only some dimension values, or words in them. */
export interface Watch {
  readonly by: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Set for a search: the dimension names, and words in their values. */
  readonly search?: { readonly keys: readonly string[]; readonly words: readonly string[] };
}

const Dimensions = z._default(z.array(z.object({ Name: z.string(), Value: z.string() })), []);
const Stat = z.object({ Namespace: z.string(), MetricName: z.string(), Dimensions });
export const AlarmProperties = z.object({
  AlarmDescription: z.string(),
  Namespace: z.optional(z.string()),
  MetricName: z.optional(z.string()),
  Dimensions,
  Metrics: z._default(z.array(z.object({ MetricStat: z.optional(z.object({ Metric: Stat })) })), []),
  TreatMissingData: z.string(),
  AlarmActions: z.array(z.string()),
});
const Widgets = z.object({
  widgets: z.array(
    z.object({
      type: z.string(),
      properties: z.looseObject({
        title: z.optional(z.string()),
        metrics: z.optional(z.array(z.array(z.unknown()))),
        alarms: z.optional(z.array(z.string())),
      }),
    }),
  ),
});

export const alarms = (model: Model) =>
  model.ofType('AWS::CloudWatch::Alarm').map((resource) => ({
    id: resource.logicalId,
    arn: String(resource.identity().attributes.Arn),
    properties: AlarmProperties.parse(resource.properties()),
  }));

export const widgets = (model: Model) =>
  model
    .ofType('AWS::CloudWatch::Dashboard')
    .flatMap((resource) => Widgets.parse(JSON.parse(String(resource.properties().DashboardBody))).widgets);

/** All metrics of the alarms and the dashboard of a template. */
export function watches(model: Model): Watch[] {
  const stat = (by: string, { Namespace, MetricName, Dimensions }: z.output<typeof Stat>): Watch => ({
    by,
    namespace: Namespace,
    name: MetricName,
    dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])),
  });
  return [
    ...alarms(model).flatMap(({ id, properties: { Metrics, Namespace, MetricName, Dimensions } }) => [
      ...(Namespace && MetricName ? [stat(id, { Namespace, MetricName, Dimensions })] : []),
      ...Metrics.flatMap(({ MetricStat }) => (MetricStat ? [stat(id, MetricStat.Metric)] : [])),
    ]),
    ...widgets(model).flatMap(({ properties: { title = '', metrics = [] } }) =>
      metrics.flatMap((row) => ofRow(title, row)),
    ),
  ];
}

/** `[namespace, name, dimension, value, …, {options}]`, or `[{expression}]`. */
function ofRow(by: string, row: unknown[]): Watch[] {
  const texts = row.filter((cell) => typeof cell === 'string');
  const [namespace, name, ...rest] = texts;
  if (namespace !== undefined && name !== undefined) {
    const pairs = Array.from({ length: rest.length / 2 }, (_, n) => [rest[2 * n], rest[2 * n + 1]]);
    return [{ by, namespace, name, dimensions: Object.fromEntries(pairs) }];
  }
  const { expression } = Object(row[0]);
  return [...String(expression).matchAll(/SEARCH\('\{([^}]*)\} ([^']*)'/g)].map(([, schema = '', terms = '']) => {
    const [space = '', ...keys] = schema.split(',');
    const exact = [...terms.matchAll(/(\w+)="([^"]*)"/g)].map(
      ([, key, value]) => [String(key), String(value)] as const,
    );
    const { MetricName = '', ...dimensions } = Object.fromEntries(exact);
    const words = terms
      .replace(/\w+="[^"]*"/g, '')
      .split(' ')
      .filter(Boolean);
    return { by, namespace: space, name: MetricName, dimensions, search: { keys, words } };
  });
}
