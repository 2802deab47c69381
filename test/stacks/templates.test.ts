import { inject, it } from 'vitest';
import { expectSnapshots } from './snapshots.ts';

it('the templates of the default configuration match the accepted snapshots', () =>
  expectSnapshots(inject('assembly'), 'prod', 'default', 6));
