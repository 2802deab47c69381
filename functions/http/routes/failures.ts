import * as z from 'zod/mini';
import { readFailures } from '../../gateway/failure-queue.ts';
import { functionOf, readFailure } from '../../jobs/failed-invocation.ts';
import { masterOnly } from '../access.ts';
import { route, type Section } from '../route.ts';

/** Failures in the queue that one request reads. */
const MOST = 100;

const described = (description: string) => ({ description });

const FailuresShape = z
  .object({
    failures: z
      .array(
        z.object({
          id: z.string(),
          time: z.int().register(z.globalRegistry, described('The last attempt, epoch milliseconds')),
          function: z.string().register(z.globalRegistry, described('The name of the function')),
          attempts: z.int(),
          error: z.string(),
        }),
      )
      .register(z.globalRegistry, described('The latest first')),
    more: z.boolean().register(z.globalRegistry, described(`Whether only ${MOST} failures of the stage were read`)),
  })
  .register(z.globalRegistry, { id: 'Failures' });

const list = route({
  method: 'GET',
  path: '/failures',
  summary: 'List the asynchronous work of the application that failed permanently and waits in the failure queue',
  params: z.object({}),
  status: 200,
  response: FailuresShape,
  strict: 'always',
  access: masterOnly,
  async handle({ app }) {
    const all = (await readFailures(MOST)).map(readFailure);
    const failures = all
      // The queue is that of all applications of the stage.
      .filter((failure) => failure.app === app.id)
      .sort((one, other) => other.at - one.at)
      .map((failure) => ({
        id: failure.id,
        time: failure.at,
        function: functionOf(failure),
        attempts: failure.invocation?.attempts ?? 0,
        error: failure.error,
      }));
    return { failures, more: all.length >= MOST };
  },
});

/** An endpoint of its own function, because messages of the queue contain events of all applications. */
export const failures: Section = {
  name: 'failures',
  description: 'Work that failed permanently (master key)',
  routes: [list],
};
