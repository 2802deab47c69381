import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, it } from 'vitest';
import { createClient, type Macaw, memoryStorage } from '../../client/src/index.ts';
import {
  MacawProvider,
  useConnection,
  useConversations,
  useMacaw,
  useMessages,
  usePresence,
  useSend,
} from '../../client/src/react.ts';

const client = () =>
  createClient({ url: 'http://127.0.0.1:9', app: 'app', clientKey: 'key', storage: memoryStorage() });

function Chat() {
  const conversation = useMacaw().conversation('friend', 'jerry');
  const { messages, hasEarlier } = useMessages(conversation);
  const { status, me } = useConnection();
  const send = useSend(conversation);
  const facts = {
    ...{ status, me, hasEarlier, send: typeof send, presence: usePresence('jerry') ?? 'unknown' },
    bodies: messages.map(({ body }) => body),
    conversations: useConversations().map(({ id }) => id),
  };
  return JSON.stringify(facts);
}

const render = (macaw: Macaw) =>
  JSON.parse(
    renderToString(createElement(MacawProvider, { client: macaw }, createElement(Chat))).replaceAll('&quot;', '"'),
  );

it('hooks show the state of the client', () => {
  const macaw = client();
  expect(render(macaw)).toMatchObject({ status: 'idle', hasEarlier: true, bodies: [], presence: 'unknown' });
  macaw.login({ userId: 'tom' }).catch(() => undefined);
  macaw.conversation('friend', 'jerry').send('hi');
  expect(render(macaw)).toMatchObject({
    ...{ status: 'connecting', me: 'tom', send: 'function', bodies: ['hi'], conversations: ['jerry'] },
  });
  macaw.close();
});

it('hooks without a provider say what is missing', () => {
  expect(() => renderToString(createElement(Chat))).toThrow('MacawProvider');
});

it('snapshots and conversations keep their identity until something changes', () => {
  const macaw = client();
  macaw.login({ userId: 'tom' }).catch(() => undefined);
  const conversation = macaw.conversation('friend', 'jerry');
  expect(macaw.conversation('friend', 'jerry')).toBe(conversation);
  const before = conversation.getSnapshot();
  expect(conversation.getSnapshot()).toBe(before);
  macaw.conversation('friend', 'butch').send('hi');
  expect(conversation.getSnapshot()).toBe(before);
  let changes = 0;
  const stop = conversation.subscribe(() => {
    changes += 1;
  });
  conversation.send('hi');
  expect(changes).toBeGreaterThan(0);
  expect(conversation.getSnapshot()).not.toBe(before);
  stop();
  macaw.close();
});
