import {
  type Client,
  type ClientVersion,
  type ConnectOptions,
  connectClient,
  emitWithAck,
  sessionOf,
} from './clients.ts';
import { Inbox } from './collect.ts';
import { credentials } from './macaw.ts';

const open = new Set<Device>();

/** Closes all devices that a test left open. */
export function closeDevices(): void {
  for (const device of open) device.close();
}

/** A stock client, and all events that it received. */
export class Device {
  readonly client: Client;
  readonly logins: Inbox;
  readonly messages: Inbox;
  readonly yourselves: Inbox;
  readonly acks: Inbox;
  readonly refusals: Inbox;
  readonly systems: Inbox;
  readonly disconnects: Inbox;

  constructor(version: ClientVersion, origin: string, options: ConnectOptions) {
    this.client = connectClient(version, origin, { namespace: '/chat', ...options });
    this.logins = new Inbox(this.client, 'login');
    this.messages = new Inbox(this.client, 'message');
    this.yourselves = new Inbox(this.client, 'yourself');
    this.acks = new Inbox(this.client, 'ack');
    this.refusals = new Inbox(this.client, 'refused');
    this.systems = new Inbox(this.client, 'sys');
    this.disconnects = new Inbox(this.client, 'disconnect');
    open.add(this);
  }

  /** Connects with credentials in the URL, as MaxIM clients do, and waits for the login. */
  static async login(version: ClientVersion, origin: string, login: string | Record<string, unknown>): Promise<Device> {
    const auth = credentials(typeof login === 'string' ? { client: login } : login);
    const device = new Device(version, origin, { query: { auth: JSON.stringify(auth) } });
    await device.loggedIn();
    return device;
  }

  async loggedIn(): Promise<string> {
    const login = (await this.logins.at()) as { success: boolean; id: string };
    if (!login.success) throw new Error(`Login failed: ${JSON.stringify(login)}`);
    return login.id;
  }

  /** Sends a message and waits for the Socket.IO acknowledgement. */
  async say(message: unknown, timeoutMs?: number): Promise<unknown> {
    return (await emitWithAck(this.client, 'say', [message], timeoutMs))[0];
  }

  /** The id of the connection, of a client that started with a WebSocket. */
  get connectionId(): string {
    return sessionOf(this.client);
  }

  close(): void {
    open.delete(this);
    this.client.close();
  }
}

/** A text message in the format of MaxIM clients. */
export function text(to: string, body: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { to: { id: to, type: 0 }, content: { media: 0, body }, ...more };
}
