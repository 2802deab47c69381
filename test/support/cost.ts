import type { CallSummary, Cloud, Entry } from '../../local/cloud.ts';

/** The calls that an action causes. */
export interface Cost extends CallSummary {
  readonly entries: readonly Entry[];
  /** Posts that reached a client. The first post may get 410 until `$connect` returns, and is then retried. */
  readonly posts: number;
}

/** The heartbeat runs every minute, independent of the measured action. */
const exceptHeartbeat = ({ functionId }: Entry) => !functionId.startsWith('Heartbeat');

/** Measures the cost of an action, from its start until all work is complete. */
export async function cost(cloud: Cloud, act: () => Promise<unknown>, keep = exceptHeartbeat): Promise<Cost> {
  await cloud.settled();
  const mark = cloud.calls.mark();
  await act();
  await cloud.settled();
  const entries = cloud.calls.since(mark).filter(keep);
  const posts = entries.filter(
    ({ service, ...entry }) => service === 'execute-api' && 'status' in entry && entry.status === 200,
  );
  return { ...cloud.calls.summary(mark, keep), entries, posts: posts.length };
}
