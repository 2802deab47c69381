import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMetrics } from '../../local/cloudwatch/emf.ts';

const line = (dimensions: string[][], members: object) =>
  JSON.stringify({
    _aws: {
      Timestamp: 1,
      CloudWatchMetrics: [
        { Namespace: 'Test', Dimensions: dimensions, Metrics: [{ Name: 'Count', Unit: 'Count' }, { Name: 'Other' }] },
      ],
    },
    ...members,
  });

describe('a line in the embedded metric format', () => {
  it('has each metric once for each set of dimensions', () => {
    const data = readMetrics(line([['stage'], ['stage', 'app']], { stage: 'dev', app: 'a', Count: [1, 2], Other: 3 }));
    const common = { namespace: 'Test', timestamp: 1 };
    const count = { ...common, name: 'Count', unit: 'Count', values: [1, 2] };
    const other = { ...common, name: 'Other', unit: 'None', values: [3] };
    expect(data).toEqual([
      { ...count, dimensions: { stage: 'dev' } },
      { ...count, dimensions: { stage: 'dev', app: 'a' } },
      { ...other, dimensions: { stage: 'dev' } },
      { ...other, dimensions: { stage: 'dev', app: 'a' } },
    ]);
  });

  it('is told from every other line', () => {
    expect(readMetrics('{"_aws":{"Timestamp":1}}')).toBeUndefined();
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => readMetrics(text) === undefined));
  });
});
