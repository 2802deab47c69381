import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { METRIC, METRIC_NAMESPACE } from '../../functions/shared/constants.ts';
import { PRICE } from '../../lib/prices.ts';
import { loadModel } from '../../local/template/model.ts';
import { DEMO_PARAMETERS } from '../../scripts/demo.ts';
import { macaw } from '../support/macaw.ts';
import { AWS_METRICS, RESOURCES } from './aws-metrics.ts';
import { busy } from './busy.ts';
import { alarms, type Watch, watches, widgets } from './watched.ts';

const model = loadModel(inject('assembly'), DEMO_PARAMETERS);
const system = macaw({ retryDelayMs: () => 1 });
const all = watches(model);
const named = (list: readonly Watch[]) => list.map((watch) => [`${watch.by}: ${watch.name}`, watch] as const);

describe('what the functions write', { tags: 'slow' }, () => {
  beforeAll(() => busy(system), 120_000);

  const ours = all.filter(({ namespace }) => namespace === METRIC_NAMESPACE);

  it.each(named(ours))('is there under load: %s', (_, { name, dimensions, search }) => {
    const found = system.cloud.metrics
      .find({ namespace: METRIC_NAMESPACE, name, ...(!search && { dimensions }) })
      .filter((datum) => !search || Object.keys(datum.dimensions).sort().join() === [...search.keys].sort().join());
    expect(found.length).toBeGreaterThan(0);
    for (const datum of found) {
      expect(datum.dimensions).toMatchObject(dimensions);
      for (const value of datum.values) expect(value).toBeGreaterThanOrEqual(0);
    }
  });

  it('is all watched, and nothing else is written', () => {
    const written = new Set(system.cloud.metrics.find().map(({ name }) => name));
    expect([...written].sort()).toEqual(Object.values(METRIC).sort());
    expect(new Set(ours.map(({ name }) => name))).toEqual(written);
  });
});

describe('what AWS writes', () => {
  const theirs = all.filter(({ namespace }) => namespace !== METRIC_NAMESPACE);

  it.each(named(theirs))('is in its documents, of a resource that there is: %s', (_, watch) => {
    const { namespace, name, dimensions, search } = watch;
    const keys = (search?.keys ?? Object.keys(dimensions)).toSorted().join();
    const documented = AWS_METRICS.filter((group) => group.namespace === namespace)
      .filter(({ names }) => names.some((known) => known === name))
      .flatMap((group) => group.dimensions.map((list) => [...list].sort().join()));
    expect(documented).toContain(keys);
    for (const [key, value] of Object.entries(dimensions)) expect(valuesOf(key)).toContain(value);
    if (search) {
      const key = search.keys.find((candidate) => candidate in RESOURCES) ?? '';
      const matching = valuesOf(key).filter((value) => search.words.every((word) => value.split('-').includes(word)));
      // All matches, because the names of functions and tables contain the stage.
      expect(matching).toEqual(valuesOf(key));
    }
  });

  function valuesOf(dimension: string): string[] {
    const { type, attribute } = RESOURCES[dimension] ?? { type: '' };
    return model
      .ofType(type)
      .map((resource) => resource.identity())
      .map(({ ref, attributes }) => (attribute === undefined ? ref : String(attributes[attribute])));
  }
});

describe('the cost of functions', () => {
  it('is that of their memory: 1000 seconds of each', () => {
    const rows = widgets(model)
      .filter(({ properties: { title = '' } }) => title.startsWith('Estimated USD'))
      .flatMap(({ properties: { metrics = [] } }) => metrics);
    const label = 'Functions';
    const { expression } = Object(rows.flat().find((cell) => Object(cell).label === label));
    const names = new Map(
      rows
        .filter(([space, name]) => space === 'AWS/Lambda' && name === 'Duration')
        .map((row) => [Object(row[4]).id, row[3]]),
    );
    const functions = model.ofType('AWS::Lambda::Function').map((resource) => ({
      name: resource.identity().ref,
      megabytes: Number(resource.properties().MemorySize),
    }));
    const milliseconds = 1_000_000;
    const [, ...terms] = String(expression).split(' + ');
    const estimate = terms.reduce((sum, term) => {
      const [, id, weight = ''] = /^(?:FILL\((\w+), 0\)|SUM\(.*\)) \* (.*)$/.exec(term) ?? [];
      if (id !== undefined) expect(functions.map(({ name }) => name)).toContain(names.get(id));
      const [, minus, price] = /^(\(0 - )?([\d.]+)\)?$/.exec(weight) ?? [];
      return sum + (minus ? -1 : 1) * Number(price) * milliseconds * (id === undefined ? functions.length : 1);
    }, 0);
    const gigabyteSeconds = functions.reduce((sum, { megabytes }) => sum + (megabytes / 1024) * 1000, 0);
    expect(new Set(functions.map(({ megabytes }) => megabytes)).size).toBeGreaterThan(2);
    expect(estimate).toBeCloseTo(gigabyteSeconds * PRICE.compute, 4);
  });
});

describe('an alarm', () => {
  const runbook = readFileSync('docs/how-to/runbook.md', 'utf8');
  const headings = [...runbook.matchAll(/^## (.*)$/gm)].map(([, title = '']) =>
    title.toLowerCase().replaceAll(' ', '-'),
  );

  it.each(alarms(model).map(({ id, properties }) => [id, properties] as const))(
    '%s names its entry in the runbook, and tells somebody',
    (_, { AlarmDescription, AlarmActions }) => {
      expect(headings).toContain(/docs\/how-to\/runbook\.md#([\w-]+)$/.exec(AlarmDescription)?.[1]);
      const topics = model.ofType('AWS::SNS::Topic').map((topic) => topic.identity().ref);
      expect(topics).toEqual(AlarmActions);
    },
  );

  it('is raised by silence only where silence is the symptom', () => {
    const breaching = alarms(model).filter(({ properties }) => properties.TreatMissingData === 'breaching');
    expect(breaching.map(({ id }) => id)).toEqual([expect.stringContaining('HeartbeatStopped')]);
    const others = alarms(model).filter(({ id }) => !breaching.some((one) => one.id === id));
    expect(others.map(({ id, properties }) => [id, properties.TreatMissingData])).toEqual(
      others.map(({ id }) => [id, 'notBreaching']),
    );
  });

  it.each([
    // Certificates are measured once a day, and the day is the window of the limit.
    ['PushCertificateDaysLeft', { Threshold: 14, ComparisonOperator: 'LessThanThreshold', Statistic: 'Minimum' }],
    ['SmsSent', { Threshold: 800, ComparisonOperator: 'GreaterThanOrEqualToThreshold', Statistic: 'Sum' }],
  ])('about %s looks at one day', (name, properties) => {
    const found = model
      .ofType('AWS::CloudWatch::Alarm')
      .map((resource) => resource.properties())
      .filter(({ MetricName }) => MetricName === name);
    expect(found).toEqual([expect.objectContaining({ ...properties, Period: 86_400, EvaluationPeriods: 1 })]);
  });

  it('is on the dashboard, with all others', () => {
    const shown = widgets(model).flatMap(({ properties }) => properties.alarms ?? []);
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.toSorted()).toEqual(
      alarms(model)
        .map(({ arn }) => arn)
        .toSorted(),
    );
  });
});
