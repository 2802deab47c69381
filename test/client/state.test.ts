import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { next, type Status, type Transition } from '../../client/src/machine.ts';
import { md5 } from '../../client/src/md5.ts';
import type { ConversationState, Message } from '../../client/src/model.ts';
import {
  addMessages,
  changeConversation,
  EMPTY,
  emptyConversation,
  markRead,
  markReceipt,
  putMessage,
  refreshed,
} from '../../client/src/state.ts';

const id = (n: number) => `${String(n).padStart(14, '0')}-0000000000000000-00000000`;

const message = (n: number, mine = false): Message => ({
  ...{ key: id(n), id: id(n), kind: 'friend', to: 'jerry', from: mine ? 'tom' : 'jerry', mine },
  ...{ media: 'text', body: `message ${n}`, ts: n, status: 'sent' },
});

const unsent = (cid: string): Message => {
  const { id: _, ...others } = message(0, true);
  return { ...others, key: cid, cid, ts: 100, status: 'sending' };
};

const ids = ({ messages }: ConversationState) => messages.map((one) => one.id ?? one.key);

const empty = emptyConversation('friend', 'jerry');

describe('a conversation', () => {
  it('is sorted, has each message once, and counts the unread ones, in whatever order they arrive', () => {
    const arrivals = fc.array(fc.record({ n: fc.nat(30), mine: fc.boolean(), as: fc.constantFrom('live', 'history') }));
    fc.assert(
      fc.property(arrivals, fc.nat(30), fc.nat(30), (list, read, readAt) => {
        let conversation: ConversationState = empty;
        const known = new Map<string, boolean>();
        for (const [turn, { n, mine, as }] of list.entries()) {
          if (turn === readAt) conversation = markRead(conversation, id(read));
          if (!known.has(id(n))) known.set(id(n), !mine && as === 'live');
          const before = conversation;
          conversation = addMessages(conversation, [message(n, mine)], as === 'live' ? 'live' : 'history');
          if (before.messages.some((one) => one.id === id(n))) expect(conversation).toBe(before);
        }
        expect(ids(conversation)).toEqual([...known.keys()].sort());
        expect(conversation.last?.id).toBe([...known.keys()].sort().at(-1));
        if (readAt >= list.length) expect(conversation.unread).toBe([...known.values()].filter(Boolean).length);
        expect(conversation.unread).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('keeps unsent messages at the end, and moves each to its place when it is sent', () => {
    let conversation = addMessages(empty, [message(1), unsent('a'), unsent('b')], 'live');
    conversation = addMessages(conversation, [message(3)], 'live');
    expect(ids(conversation)).toEqual([id(1), id(3), 'a', 'b']);
    conversation = putMessage(conversation, { ...unsent('b'), id: id(2), ts: 2, status: 'sent' });
    expect(ids(conversation)).toEqual([id(1), id(2), id(3), 'a']);
    expect(conversation.last?.key).toBe('a');
    conversation = putMessage(conversation, { ...unsent('a'), id: id(4), ts: 4, status: 'sent' });
    expect(conversation).toMatchObject({ last: { id: id(4), key: 'a' }, unread: 2 });
  });

  it('takes the unread count of the server, plus what arrived since', () => {
    const live = addMessages(empty, [message(5), message(6)], 'live');
    const counted = refreshed(live, { last: message(5), unread: 4, mentioned: false, muted: false, pinned: false });
    expect(counted.unread).toBe(5);
    // Catch-up repeats messages that the server has counted.
    expect(addMessages(counted, [message(3), message(4)], 'live').unread).toBe(5);
    const read = markRead(counted, id(6));
    expect(read.unread).toBe(0);
    // A count from before the user read the conversation.
    expect(refreshed(read, { last: message(6), unread: 6, mentioned: false, muted: false, pinned: false }).unread).toBe(
      0,
    );
    expect(markRead(read, id(2))).toBe(read);
  });

  it('remembers how far others have read, never backwards', () => {
    const read = markReceipt(empty, 'jerry', id(2));
    expect(read.receipts).toEqual({ jerry: id(2) });
    expect(markReceipt(read, 'jerry', id(1))).toBe(read);
  });
});

describe('the state', () => {
  it('lists conversations with messages, the latest first, and keeps what did not change', () => {
    const add = (peer: string, n: number) => (one: ConversationState) =>
      addMessages(one, [{ ...message(n), to: peer }], 'live');
    let state = changeConversation(EMPTY, 'friend', 'jerry', add('jerry', 1));
    state = changeConversation(state, 'friend', 'butch', add('butch', 2));
    const [butch, jerry] = state.conversations;
    expect([butch?.id, jerry?.id]).toEqual(['butch', 'jerry']);
    const later = changeConversation(state, 'friend', 'jerry', add('jerry', 3));
    expect(later.conversations.map((one) => one.id)).toEqual(['jerry', 'butch']);
    expect(later.conversations[1]).toBe(butch);
    expect(later.byKey['friend:butch']).toBe(butch);
    expect(changeConversation(later, 'friend', 'jerry', add('jerry', 3))).toBe(later);
    expect(changeConversation(later, 'friend', 'spike', (one) => markReceipt(one, 'spike', id(1))).conversations).toBe(
      later.conversations,
    );
  });
});

it.each<[Status, Transition, Status]>([
  ['idle', 'connect', 'connecting'],
  ['connecting', 'lost', 'connecting'],
  ['online', 'lost', 'reconnecting'],
  ['online', 'connect', 'online'],
  ['reconnecting', 'loggedIn', 'online'],
  ['offline', 'lost', 'offline'],
  ['offline', 'connect', 'offline'],
  ['offline', 'resume', 'reconnecting'],
  ['refused', 'resume', 'refused'],
  ['refused', 'connect', 'connecting'],
  ['closed', 'loggedIn', 'closed'],
])('%s, %s: %s', (status, transition, result) => {
  expect(next(status, transition)).toBe(result);
});

it.each(['', 'a', 'abc', 'é'.repeat(27), 'x'.repeat(55), 'x'.repeat(56), '汤姆和杰瑞'.repeat(40)])(
  'md5 of "%s"',
  (text) => {
    expect(md5(text)).toBe(createHash('md5').update(text).digest('hex'));
  },
);
