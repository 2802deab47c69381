import type { Routes } from './generated/routes.ts';
import { type Call, createCall } from './rest.ts';

export type * from './generated/routes.ts';
export {
  accounts,
  admins,
  attributes,
  friends,
  groups,
  moderation,
  mutes,
  type Query,
  rooms,
  search,
  sessions,
  strangers,
  users,
  visitors,
} from './resources.ts';

export { type VerifiedWebhook, verifyWebhook, type WebhookEvent, WebhookInvalid } from './webhook.ts';

/** Options of `createAdmin`. */
export interface AdminOptions {
  /** The address of the server. */
  readonly url: string;
  readonly app: string;
  /** Never give it to a client of a user. */
  readonly masterKey: string;
  /** @default the global `fetch` */
  readonly fetch?: typeof fetch;
}

/** A client for the server of an application, which can do everything. */
export interface Admin {
  /** Typed REST requests. */
  readonly call: Call;
  /** A token with which the client of a user logs in. Creates the user. */
  createToken(id: string, options?: Omit<Routes['POST /2.0/tokens']['body'], 'id'>): Promise<Token>;
  /** Sends a system message to everybody online, or to a user, group or room. */
  broadcast(message: SystemInput, to?: Addressee): Promise<{ id: string }>;
}

type Token = Routes['POST /2.0/tokens']['response'];
type SystemInput = Routes['POST /system']['body'];
/** Who gets a system message. */
export type Addressee = { readonly user: string } | { readonly group: string } | { readonly room: string };

/** Makes a client with the master key. It needs no login. */
export function createAdmin({ url, app, masterKey, fetch }: AdminOptions): Admin {
  const headers = async () => ({ 'X-ML-AppId': app, 'X-ML-MasterKey': masterKey });
  const call = createCall({ url: url.replace(/\/+$/, ''), headers, fetch });
  return {
    call,
    createToken: (id, options) => call('POST /2.0/tokens', { body: { ...options, id } }),
    broadcast(message, to) {
      if (!to) return call('POST /system', { body: message });
      if ('user' in to) return call('POST /system/:id', { params: { id: to.user }, body: message });
      if ('group' in to)
        return call('POST /system/:id', { params: { id: to.group }, query: { group: true }, body: message });
      return call('POST /system/:id', { params: { id: to.room }, query: { room: true }, body: message });
    },
  };
}
