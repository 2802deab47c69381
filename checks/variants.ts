import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { HEARTBEAT_SHARDS } from '../functions/shared/constants.ts';
import { HEARTBEAT } from '../functions/shared/heartbeat-times.ts';
import type { Cloud } from '../local/cloud.ts';
import type { Client, ClientOptions } from './client.ts';
import { ClientScenario } from './client-scenario.ts';
import { Conversation, type ConversationOptions } from './conversation.ts';
import { type ProxyOptions, TcpProxy } from './tcp-proxy.ts';

/** The columns of the table of results. All but the first use the default transports. */
export const VARIANTS = [
  'WebSocket only',
  'default transports',
  'retries',
  'proxy, 5 min',
  'proxy, 60 s',
  'short lifetimes',
] as const;
export type Variant = (typeof VARIANTS)[number];

/** What a minute lasts for an idle connection, in the variants with a proxy. */
const MINUTE_MS = 3000;
/** The proxy that waits for 5 minutes. The interval of the heartbeat is in proportion to it. */
const PATIENT_MS = 6000;
const BEAT_MS = (PATIENT_MS * HEARTBEAT.pingInterval) / (5 * 60_000);
const BEATS = 4;

/** The lifetime of connections, instead of two hours. Longer than the cold start of all functions on a busy machine. */
export const LIFETIME_MS = 10_000;
const LIFETIMES = 6;
/** Each user sends a message in this time, and at most so many. Both together fit into a page of the history. */
const PACE_MS = 1500;
const MOST = 45;
const LIFETIMES_MS = 10 * LIFETIMES * LIFETIME_MS;
/** Clients that miss the close frame detect the end by this heartbeat. */
const FAST_HEARTBEAT = { pingInterval: 2000, pingTimeout: 1000 };

const CUTS = 4;
const ATTEMPTS = 20;

/** How long the clients of `--stay` stay: two heartbeats of either kind, and the timeout after a missed one. */
export const STAY_MINUTES = 9;

type Check = (cloud: Cloud, client: Client, command: readonly string[]) => Promise<string>;

/** The checks of a client. Several clients can run one at the same time. They return a summary. */
export const CHECKS = {
  'WebSocket only': (cloud, client, command) => everyday(cloud, client, command, { transports: ['websocket'] }),

  'default transports': (cloud, client, command) => everyday(cloud, client, command, {}),

  /** Connections are cut while messages are on their way. The client itself repeats those without an answer. */
  retries: (cloud, _, command) =>
    withProxy(cloud, {}, (proxy) =>
      conversing(cloud, command, { origins: [proxy.origin, proxy.origin], retries: ATTEMPTS }, async (conversation) => {
        for (let cut = 1; cut <= CUTS; cut++) {
          for (let n = 0; n < 3; n++) conversation.say();
          await pause(10 * cut);
          proxy.cut();
          conversation.say();
          await conversation.loggedIn(cut + 1, cut + 1);
        }
      }),
    ),

  /** The heartbeat keeps idle connections open. Needs {@link startHeartbeat}. */
  'proxy, 5 min': (cloud, _, command) =>
    withProxy(cloud, { idleMs: PATIENT_MS, heartbeat: { pingInterval: BEAT_MS } }, (proxy) =>
      conversing(cloud, command, { origins: [proxy.origin, proxy.origin] }, async (conversation) => {
        await pause(BEATS * BEAT_MS);
        assert.equal(conversation.tom.logins + conversation.jerry.logins, 2, 'The heartbeat keeps no connection open');
        conversation.say();
      }),
    ),

  /** The heartbeat is too slow for the proxy, so an idle client reconnects each minute. No message is lost. */
  'proxy, 60 s': (cloud, _, command) =>
    withProxy(cloud, { idleMs: MINUTE_MS }, (proxy) =>
      conversing(cloud, command, { origins: [cloud.origin, proxy.origin] }, async ({ tom, jerry }) => {
        for (let minute = 1; minute <= CUTS; minute++) {
          await jerry.program.next('disconnect');
          tom.say();
          await jerry.program.next('login');
          tom.say();
        }
      }),
    ),

  /** API Gateway closes each connection after a time, again and again, while both users write. */
  'short lifetimes': (cloud, { deafToClose }, command) =>
    withProxy(cloud, { heartbeat: deafToClose ? FAST_HEARTBEAT : {} }, (proxy) =>
      conversing(cloud, command, { origins: [proxy.origin, proxy.origin] }, async (conversation) => {
        const { tom, jerry } = conversation;
        const deadline = Date.now() + LIFETIMES_MS;
        while (Math.min(tom.logins, jerry.logins) <= LIFETIMES) {
          if (tom.sent < MOST) conversation.say();
          await pause(PACE_MS);
          if (Date.now() > deadline) throw new Error(`${tom.logins} and ${jerry.logins} logins`);
        }
      }),
    ),
} satisfies Record<Variant, Check>;

/** Clients that stay connected for minutes. A client that sends no heartbeats is idle, and is disconnected. */
export async function stay(cloud: Cloud, client: Client, command: readonly string[]): Promise<string> {
  const scenario = new ClientScenario(cloud, client, command, {});
  try {
    await scenario.logIn();
    await pause(STAY_MINUTES * 60_000);
    await scenario.checkConnected();
    return `${STAY_MINUTES} minutes`;
  } finally {
    await scenario.end();
  }
}

/** What a user does with a client on a working network. */
async function everyday(
  cloud: Cloud,
  client: Client,
  command: readonly string[],
  options: ClientOptions,
): Promise<string> {
  const scenario = new ClientScenario(cloud, client, command, options);
  const steps = {
    'log in': () => scenario.logIn(),
    'use a wrong key': () => scenario.useWrongKey(),
    'exchange messages': () => scenario.exchangeMessages(),
    reconnect: () => scenario.reconnect(),
    // Many programs start for this, so it is checked once.
    ...(client.leaves &&
      !options.transports && {
        'say something and leave at once': () => scenario.visit(),
        'leave while acknowledgements are pending': () => scenario.hurry(),
      }),
  };
  try {
    for (const [name, step] of Object.entries(steps)) {
      await step().catch((cause: unknown) => {
        throw new Error(`${name}: ${cause instanceof Error ? cause.message : cause}`, { cause });
      });
    }
    return Object.keys(steps).join(', ');
  } finally {
    await scenario.end();
  }
}

/**
 * Pings all clients that do not ping by themselves, as the schedule does for a fourth of them each minute.
 * @returns a function that ends this
 */
export function startHeartbeat(cloud: Cloud): () => void {
  let now = Date.now();
  const timer = setInterval(() => {
    now += HEARTBEAT.pingInterval;
    const slices = Array.from({ length: HEARTBEAT_SHARDS }, (_, shard) => ({
      ...{ round: 'ping', shard, from: 0, to: HEARTBEAT.pingInterval },
    }));
    void cloud.invoke('Heartbeat', { now, slices });
  }, BEAT_MS);
  return () => clearInterval(timer);
}

async function withProxy<T>(cloud: Cloud, options: ProxyOptions, run: (proxy: TcpProxy) => Promise<T>): Promise<T> {
  const proxy = await TcpProxy.start(cloud.origin, options);
  try {
    return await run(proxy);
  } finally {
    proxy.stop();
  }
}

/** Runs a conversation and verifies it. */
async function conversing(
  cloud: Cloud,
  command: readonly string[],
  options: ConversationOptions,
  run: (conversation: Conversation) => Promise<void>,
): Promise<string> {
  const conversation = await Conversation.start(cloud, command, options);
  try {
    await run(conversation);
    return await conversation.verify();
  } finally {
    await conversation.end();
  }
}
