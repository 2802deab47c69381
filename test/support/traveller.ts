import { setTimeout } from 'node:timers/promises';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { expect, vi } from 'vitest';
import { SLACK_MS } from '../../functions/chat/recovery-rules.ts';
import type { Cloud } from '../../local/cloud.ts';
import { credentials } from './macaw.ts';

/** Lets so much time pass that what comes next cannot have overtaken what was before. */
export const later = () => setTimeout(SLACK_MS + 300);

const open = new Set<Traveller>();

export function closeTravellers(...stay: Traveller[]): void {
  for (const traveller of open) if (!stay.includes(traveller)) traveller.close();
}

/** How a traveller logs in. */
interface How {
  readonly query?: Record<string, string>;
  /** Whether the credentials come in the CONNECT payload. @default false, in the URL */
  readonly inPayload?: boolean;
  readonly options?: Partial<ManagerOptions>;
}

/** A stock client that is cut off and comes back when it is told to, and everything that it was told in its life. */
export class Traveller {
  readonly socket: Socket;
  readonly #cloud: Cloud;
  /** `message hello`: the event, and what was said or of whom. */
  readonly told: string[] = [];
  /** How many arguments each event had. */
  readonly counts: number[] = [];
  logins = 0;

  private constructor(cloud: Cloud, options: Partial<ManagerOptions & SocketOptions>) {
    this.#cloud = cloud;
    const usual = { transports: ['websocket'], forceNew: true, reconnection: false };
    this.socket = io(`${cloud.origin}/chat`, { ...usual, ...options });
    this.socket.onAny((event: string, ...args: unknown[]) => {
      this.counts.push(args.length);
      if (event === 'login') this.logins += 1;
      else this.told.push(`${event} ${subject(args[0])}`);
    });
    open.add(this);
  }

  /** Logs in with the credentials in the URL, or as payload. */
  static async login(cloud: Cloud, login: Record<string, unknown>, how: How = {}): Promise<Traveller> {
    const { query = {}, inPayload = false, options } = how;
    const auth = credentials(login);
    const brought = inPayload ? { query, auth } : { query: { auth: JSON.stringify(auth), ...query } };
    const traveller = new Traveller(cloud, { ...brought, ...options });
    await traveller.#loggedIn(1);
    await cloud.settled();
    return traveller;
  }

  /** What it would present if it came back now. */
  get claim(): { pid: unknown; offset: unknown } {
    return { pid: Reflect.get(this.socket, '_pid'), offset: Reflect.get(this.socket, '_lastOffset') };
  }

  /** The connection fails without a word. */
  async cut(): Promise<void> {
    const gone = new Promise((resolve) => this.socket.once('disconnect', resolve));
    this.#cloud.drop(String(this.socket.id));
    await gone;
  }

  /** Connects again; answers whether the client says that it recovered. */
  async back(): Promise<boolean> {
    const logins = this.logins;
    this.socket.connect();
    await this.#loggedIn(logins + 1);
    return this.socket.recovered;
  }

  /** Waits until it has been told something. */
  async until(what: string): Promise<void> {
    await vi.waitFor(() => expect(this.told).toContain(what), 10_000);
  }

  say(to: string, body: string, more: object = {}): Promise<unknown> {
    return this.socket
      .timeout(10_000)
      .emitWithAck('say', { to: { id: to, type: 0 }, content: { media: 0, body }, ...more });
  }

  close(): void {
    open.delete(this);
    this.socket.close();
  }

  #loggedIn(count: number): Promise<void> {
    return vi.waitFor(() => expect(this.logins).toBe(count), 20_000);
  }
}

/** Of whom or what an event tells. */
function subject(argument: unknown): unknown {
  const { content, ack } = Object(argument);
  return content?.body ?? ack ?? argument;
}
