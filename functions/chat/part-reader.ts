import type { DeliverPart } from '../jobs/deliver.ts';
import type { Principal } from '../shared/principal.ts';
import { membersWithin } from '../store/communities.ts';
import { connectionsOfApp } from '../store/connections.ts';
import type { Recipient } from './delivery.ts';
import { offlineAmong, openConnections } from './recipients.ts';

/** How many members' connections are read at once: as many as one batch read takes. */
const PAGE = 100;

/** Reads the recipients of a part as they are needed, and knows what it has not come to when it is stopped. */
export class PartReader {
  readonly #app: string;
  readonly #until: number;
  /** What is left of the part when the reading has ended early; undefined when it has come to its end. */
  rest: DeliverPart | undefined;
  /** Members who are connected nowhere. */
  readonly offline: Principal[] = [];
  /** Why the reading has ended, if it could not go on. */
  failure: unknown;

  /** @param until when to stop, epoch ms */
  constructor(app: string, part: DeliverPart, until: number) {
    this.#app = app;
    this.#until = until;
    this.rest = part;
  }

  async *recipients(): AsyncGenerator<Recipient> {
    try {
      const part = this.rest;
      if (part?.kind === 'members') yield* this.#members(part);
      if (part?.kind === 'everybody') yield* this.#everybody(part);
      if (part?.kind !== 'recipients') return;
      this.rest = undefined;
      yield* part.recipients;
    } catch (error) {
      this.failure = error;
    }
  }

  async *#members(part: DeliverPart & { kind: 'members' }): AsyncGenerator<Recipient> {
    for await (const ids of pages(membersWithin(part.community, part))) {
      if (Date.now() >= this.#until) return;
      const users = ids
        .filter((id) => id !== part.except)
        .map((id): Principal => ({ app: this.#app, kind: 'user', id }));
      const found = await openConnections(users);
      this.offline.push(...offlineAmong(users, found));
      this.rest = { ...part, after: ids.at(-1) };
      yield* found;
    }
    this.rest = undefined;
  }

  async *#everybody(part: DeliverPart & { kind: 'everybody' }): AsyncGenerator<Recipient> {
    let { after } = part;
    for (let shard = part.from; shard < part.to; shard++) {
      for await (const connectionId of connectionsOfApp(this.#app, shard, { after })) {
        if (Date.now() >= this.#until) return;
        this.rest = { ...part, from: shard, after: connectionId };
        if (connectionId !== part.except) yield { connectionId };
      }
      after = undefined;
    }
    this.rest = undefined;
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
