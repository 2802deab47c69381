import type { DeliverPart } from '../jobs/deliver.ts';
import type { Principal } from '../shared/principal.ts';
import { membersWithin } from '../store/communities.ts';
import { connectionsOfApp } from '../store/connection-index.ts';
import type { Recipient } from './delivery.ts';
import { reachAll } from './recipients.ts';

/** Number of members whose connections are read at once: the limit of one batch read. */
const PAGE = 100;

/** How much of a part was read. */
export interface Reading {
  /** The rest of the part. Undefined when all of it was read. */
  readonly rest?: DeliverPart | undefined;
  /** Members whom the event does not reach, or only in the background. */
  readonly away: readonly Principal[];
  /** Why the reading ended, if it could not go on. */
  readonly failure?: unknown;
}

type Part<K extends DeliverPart['kind']> = DeliverPart & { kind: K };

/** An application, and the deadline for reading its connections in epoch ms. */
interface Scope {
  readonly app: string;
  readonly until: number;
}

/**
 * Streams the recipients of a part, so that they need not all fit into memory.
 * @param consume receives the recipients and must read all of them; reading never throws
 * @returns the result of `consume`, and how much of the part was read
 */
export async function readPart<T>(
  part: DeliverPart,
  scope: Scope,
  consume: (recipients: AsyncIterable<Recipient>) => Promise<T>,
): Promise<{ readonly consumed: T; readonly reading: Reading }> {
  let reading: Reading = { rest: part, away: [] };
  const recipients = async function* () {
    reading = yield* recipientsOf(part, scope);
  };
  const consumed = await consume(recipients());
  return { consumed, reading };
}

function recipientsOf(part: DeliverPart, scope: Scope): AsyncGenerator<Recipient, Reading> {
  switch (part.kind) {
    case 'members':
      return ofMembers(part, scope);
    case 'everybody':
      return ofEverybody(part, scope);
    case 'recipients':
      return named(part);
  }
}

async function* named({ recipients }: Part<'recipients'>): AsyncGenerator<Recipient, Reading> {
  yield* recipients;
  return { away: [] };
}

async function* ofMembers(part: Part<'members'>, { app, until }: Scope): AsyncGenerator<Recipient, Reading> {
  const away: Principal[] = [];
  let rest = part;
  try {
    for await (const ids of pages(membersWithin(part.community, part))) {
      if (Date.now() >= until) return { rest, away };
      const users = ids.filter((id) => id !== part.except).map((id): Principal => ({ app, kind: 'user', id }));
      const reached = await reachAll(users);
      away.push(...reached.away);
      rest = { ...part, after: ids.at(-1) };
      yield* reached.recipients;
    }
    return { away };
  } catch (failure) {
    return { rest, away, failure };
  }
}

async function* ofEverybody(part: Part<'everybody'>, { app, until }: Scope): AsyncGenerator<Recipient, Reading> {
  let rest = part;
  try {
    for (let shard = part.from; shard < part.to; shard++) {
      const after = shard === part.from ? part.after : undefined;
      for await (const connectionId of connectionsOfApp(app, shard, { after })) {
        if (Date.now() >= until) return { rest, away: [] };
        rest = { ...part, from: shard, after: connectionId };
        if (connectionId !== part.except) yield { connectionId };
      }
    }
    return { away: [] };
  } catch (failure) {
    return { rest, away: [], failure };
  }
}

async function* pages(ids: AsyncIterable<string>): AsyncGenerator<string[]> {
  let page: string[] = [];
  for await (const id of ids) {
    page.push(id);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
