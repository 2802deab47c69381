import {
  createContext,
  createElement,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from 'react';
import type { Macaw } from './client.ts';
import type { Conversation, Outgoing, SendOptions } from './conversation.ts';
import type { MacawError } from './errors.ts';
import type { RelationRequest } from './generated/routes.ts';
import type { Status } from './machine.ts';
import type { ConversationState, Message, State } from './model.ts';
import { requests } from './resources.ts';

const Context = createContext<Macaw | undefined>(undefined);

/** Gives a client to the hooks below it. */
export const MacawProvider = ({ client, children }: { client: Macaw; children?: ReactNode }) =>
  createElement(Context.Provider, { value: client }, children);

/** The client of the nearest `MacawProvider`. */
export function useMacaw(): Macaw {
  const client = useContext(Context);
  if (!client) throw new Error('Macaw hooks need a <MacawProvider client={…}> above them');
  return client;
}

/** A part of the state, such as `(state) => state.friends`. `select` must not create objects. */
export function useMacawState<T>(select: (state: State) => T): T {
  const client = useMacaw();
  const read = () => select(client.getSnapshot());
  return useSyncExternalStore(client.subscribe, read, read);
}

/** The status of the connection, the user, and why the last attempt to connect failed. */
export function useConnection(): { status: Status; me: string | undefined; error: MacawError | undefined } {
  const { status, me, error } = useMacawState((state) => state);
  return { status, me, error };
}

/** All conversations with messages, the latest first. */
export const useConversations = (): readonly ConversationState[] => useMacawState((state) => state.conversations);

/** The state of one conversation. */
export const useConversation = (conversation: Conversation): ConversationState =>
  useSyncExternalStore(conversation.subscribe, conversation.getSnapshot, conversation.getSnapshot);

/** What `useMessages` returns. */
export interface Messages {
  readonly messages: readonly Message[];
  /** Whether there are older messages. */
  readonly hasEarlier: boolean;
  readonly loadEarlier: () => Promise<boolean>;
}

/** Below this, more of the history is read without being asked. */
const SCREEN = 20;

/** The messages of a conversation. Without enough of them for a screen, it reads the latest page of the history. */
export function useMessages(conversation: Conversation): Messages {
  const { messages, complete } = useConversation(conversation);
  const { status } = useConnection();
  const isShort = !complete && messages.length < SCREEN;
  const loadEarlier = useCallback(() => conversation.loadEarlier(), [conversation]);
  useEffect(() => {
    // A failure is repeated after the next connection.
    if (status === 'online' && isShort) conversation.loadEarlier().catch(() => undefined);
  }, [conversation, status, isShort]);
  return { messages, hasEarlier: !complete, loadEarlier };
}

/** The open requests for friendships and invitations that the user received, newest first. Reads them after each connection and change. */
export function useRequests(): readonly RelationRequest[] {
  const client = useMacaw();
  const { status } = useConnection();
  const [open, setOpen] = useState<readonly RelationRequest[]>([]);
  useEffect(() => {
    if (status !== 'online') return undefined;
    const read = () =>
      void requests(client)
        .list()
        .then(setOpen, () => undefined);
    read();
    const stops = [client.on('request', read), client.on('requestAnswered', read)];
    return () => {
      for (const stop of stops) stop();
    };
  }, [client, status]);
  return open;
}

/** Whether a user is online; undefined if the server does not tell this user. */
export const usePresence = (user: string): boolean | undefined => useMacawState((state) => state.online[user]);

/** A function that sends text to a conversation. */
export const useSend = (conversation: Conversation): ((body: string, options?: SendOptions) => Outgoing) =>
  useCallback((body, options) => conversation.send(body, options), [conversation]);

/** The others who are writing in a conversation. */
export const useTyping = (conversation: Conversation): readonly string[] => useConversation(conversation).typing;
