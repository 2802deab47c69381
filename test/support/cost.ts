import type { CallSummary, Cloud, Entry } from '../../local/cloud.ts';

/** What an act has caused. */
export interface Cost extends CallSummary {
  readonly entries: readonly Entry[];
  /** Posts that reached a client: a first one may meet 410 while `$connect` is still returning, and is then tried again. */
  readonly posts: number;
}

/** The heartbeat runs by itself once a minute, whatever else happens. */
const exceptHeartbeat = ({ functionId }: Entry) => !functionId.startsWith('Heartbeat');

/** What an act costs, from its start until nothing is under way any more. */
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
