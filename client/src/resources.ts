import { ErrorCode, MacawError } from './errors.ts';
import type { Attributes, RelationRequest, Routes, Scalar } from './generated/routes.ts';
import type { Call } from './rest.ts';

export { AccountErrorCode } from './generated/codes.ts';

/**
 * REST requests by subject: `friends(macaw).add('tom')`. Each is a function of its own, so that bundlers drop the others.
 * With an admin client, pass the user: `friends(admin, 'jerry').add('tom')`.
 */

/** A client or an admin client. */
export interface Caller {
  readonly call: Call;
  readonly me?: string | undefined;
}

type Body<R extends keyof Routes> = Routes[R]['body'];

/** A part of a list. */
export interface Page {
  readonly skip?: number;
  readonly limit?: number;
}

/** Conditions by attribute, and `_sort`, `_skip`, `_limit`. */
export type Query = Readonly<Record<string, Scalar | Scalar[]>>;

function userOf({ me }: Caller, user: string | undefined): string {
  const id = user ?? me;
  if (id === undefined) throw new MacawError(ErrorCode.notLoggedIn, 'Log in first, or name the user');
  return id;
}

/** The data of a user, by default of the one who is logged in. */
export function users(caller: Caller, user?: string) {
  const { call } = caller;
  const id = userOf(caller, user);
  return {
    get: () => call('GET /ctx/:id', { params: { id } }),
    /** Whether the user sends and gets read receipts. */
    setReceipts: (enabled: boolean) => call('PUT /ctx/:id/receipts', { params: { id }, body: { enabled } }),
    /** Ends the pushes to an installation. */
    removeInstallation: (installId: string) =>
      call('DELETE /ctx/:id/installs/:installId', { params: { id, installId } }),
    /** Disconnects one device, or all. Their tokens stay valid. */
    disconnect: (connection?: string) =>
      connection === undefined
        ? call('DELETE /ctx/:id/sessions', { params: { id } })
        : call('DELETE /ctx/:id/sessions/:connection', { params: { id, connection } }),
    /** Deletes the user with all data. Messages in groups become anonymous, or are deleted. */
    remove: (messages: 'anonymise' | 'delete' = 'anonymise') =>
      call('DELETE /ctx/:id', { params: { id }, query: { messages } }),
  };
}

/** The friends of a user, by default of the one who is logged in. */
export function friends(caller: Caller, user?: string) {
  const { call } = caller;
  const id = userOf(caller, user);
  return {
    ids: (page: Page = {}) => call('GET /ctx/:id/friends', { params: { id }, query: page }),
    /** With presence and the last message. */
    list: (page: Page = {}) => call('GET /ctx/:id/friends', { params: { id }, query: { ...page, detail: true } }),
    get: (fid: string) => call('GET /ctx/:id/friends/:fid', { params: { id, fid } }),
    /** With the setting `friendship` = `ask`, it is `pending` until the other user accepts. */
    add: (fid: string) => call('POST /ctx/:id/friends/:fid', { params: { id, fid } }),
    addAll: (ids: string[]) => call('POST /ctx/:id/friends', { params: { id }, body: ids }),
    remove: (fid: string) => call('DELETE /ctx/:id/friends/:fid', { params: { id, fid } }),
  };
}

/** The users whom a user blocks. They cannot write to the user, befriend them, or see their presence. */
export function blocks(caller: Caller, user?: string) {
  const { call } = caller;
  const id = userOf(caller, user);
  return {
    list: () => call('GET /ctx/:id/blocks', { params: { id } }),
    add: (uid: string) => call('PUT /ctx/:id/blocks/:uid', { params: { id, uid } }),
    remove: (uid: string) => call('DELETE /ctx/:id/blocks/:uid', { params: { id, uid } }),
  };
}

/** When and how a user gets pushes, on all devices. */
export function pushSettings(caller: Caller, user?: string) {
  const { call } = caller;
  const params = { id: userOf(caller, user) };
  return {
    get: () => call('GET /ctx/:id/push-settings', { params }),
    /** Replaces all. */
    set: (settings: Body<'PUT /ctx/:id/push-settings'>) =>
      call('PUT /ctx/:id/push-settings', { params, body: settings }),
  };
}

/** Open requests for friendships, and invitations to groups. */
export function requests(caller: Caller, user?: string) {
  const { call } = caller;
  const id = userOf(caller, user);
  return {
    /** Those that the user received, newest first. */
    list: () => call('GET /ctx/:id/requests', { params: { id } }),
    /** Those for friendships that the user sent. */
    sent: () => call('GET /ctx/:id/requests', { params: { id }, query: { sent: true } }),
    answer: ({ from, gid }: Pick<RelationRequest, 'from' | 'gid'>, accept: boolean) =>
      call('PUT /ctx/:id/requests/:type/:peer', {
        params: { id, type: gid === undefined ? 'friend' : 'group', peer: gid ?? from },
        body: { accept },
      }),
    /** Cancels a request that the user sent. */
    cancel: (uid: string) => call('DELETE /ctx/:id/requests/:uid', { params: { id, uid } }),
  };
}

/** Users without a friendship with whom a user has exchanged messages. */
export function strangers(caller: Caller, user?: string) {
  const { call } = caller;
  const id = userOf(caller, user);
  return {
    ids: (page: Page = {}) => call('GET /ctx/:id/strangers', { params: { id }, query: page }),
    list: (page: Page & { ids?: string[] } = {}) =>
      call('GET /ctx/:id/strangers', { params: { id }, query: { ...page, detail: true } }),
    get: (sid: string) => call('GET /ctx/:id/strangers/:sid', { params: { id, sid } }),
  };
}

/** Groups, and their members. */
export function groups(caller: Caller, user?: string) {
  const { call } = caller;
  return {
    ids: (page: Page = {}) => call('GET /ctx/:id/groups', { params: { id: userOf(caller, user) }, query: page }),
    list: (page: Page = {}) =>
      call('GET /ctx/:id/groups', { params: { id: userOf(caller, user) }, query: { ...page, detail: true } }),
    get: (id: string) => call('GET /groups/:id', { params: { id } }),
    /** The user becomes the owner. @returns the id of the group */
    create: (group: Omit<Body<'POST /groups'>, 'owner'>) =>
      call('POST /groups', { body: { ...group, owner: userOf(caller, user) } }),
    update: (id: string, change: Body<'PUT /groups/:id'>) => call('PUT /groups/:id', { params: { id }, body: change }),
    remove: (id: string) => call('DELETE /groups/:id', { params: { id } }),
    addMembers: (id: string, members: string[]) =>
      call('POST /groups/:id/members', { params: { id }, body: { members } }),
    removeMembers: (id: string, members: string[]) =>
      call('DELETE /groups/:id/members', { params: { id }, body: { members } }),
    leave: (id: string) => call('DELETE /groups/:id/members/:uid', { params: { id, uid: userOf(caller, user) } }),
    /** How far the members have read. */
    reads: (id: string) => call('GET /groups/:id/reads', { params: { id } }),
    eraseHistory: (id: string) => call('DELETE /groups/:id/chats', { params: { id } }),
  };
}

/** Rooms, and their members. */
export function rooms(caller: Caller, user?: string) {
  const { call } = caller;
  return {
    ids: (page: Page = {}) => call('GET /ctx/:id/rooms', { params: { id: userOf(caller, user) }, query: page }),
    list: (page: Page = {}) =>
      call('GET /ctx/:id/rooms', { params: { id: userOf(caller, user) }, query: { ...page, detail: true } }),
    get: (id: string) => call('GET /rooms/:id', { params: { id } }),
    /** @returns the id of the room */
    create: (room: Body<'POST /rooms'>) => call('POST /rooms', { body: room }),
    remove: (id: string) => call('DELETE /rooms/:id', { params: { id } }),
    addMembers: (id: string, members: string[]) =>
      call('POST /rooms/:id/members', { params: { id }, body: { members } }),
    removeMembers: (id: string, members: string[]) =>
      call('DELETE /rooms/:id/members', { params: { id }, body: { members } }),
    join: (id: string) => call('POST /rooms/:id/members/:uid', { params: { id, uid: userOf(caller, user) } }),
    leave: (id: string) => call('DELETE /rooms/:id/members/:uid', { params: { id, uid: userOf(caller, user) } }),
  };
}

/** The admins of a group, whom its owner names. */
export function admins({ call }: Caller, group: string) {
  return {
    list: () => call('GET /groups/:id/admins', { params: { id: group } }),
    add: (uid: string) => call('PUT /groups/:id/admins/:uid', { params: { id: group, uid } }),
    remove: (uid: string) => call('DELETE /groups/:id/admins/:uid', { params: { id: group, uid } }),
  };
}

/** Who is muted in a group, for its owner and admins; or in a room, for an admin client. */
export function mutes({ call }: Caller, kind: 'group' | 'room', id: string) {
  const path = `/${kind}s/:id/mutes` as const;
  return {
    list: () => call(`GET ${path}`, { params: { id } }),
    /** @param until epoch milliseconds */
    add: (uid: string, until: number) => call(`PUT ${path}/:uid`, { params: { id, uid }, body: { until } }),
    remove: (uid: string) => call(`DELETE ${path}/:uid`, { params: { id, uid } }),
  };
}

/** For an admin client: bans, deletions of users, banned words, and the messages that they flagged. */
export function moderation({ call }: Caller) {
  return {
    ban: (id: string, ban: Body<'PUT /ctx/:id/ban'> = {}) => call('PUT /ctx/:id/ban', { params: { id }, body: ban }),
    unban: (id: string) => call('DELETE /ctx/:id/ban', { params: { id } }),
    getBan: (id: string) => call('GET /ctx/:id/ban', { params: { id } }),
    /** How far the deletion of a user is. */
    getDeletion: (id: string) => call('GET /ctx/:id/deletion', { params: { id } }),
    words: () => call('GET /words', {}),
    /** Replaces all. */
    setWords: (words: Body<'PUT /words'>['words']) => call('PUT /words', { body: { words } }),
    flagged: (page: { limit?: number; cursor?: string } = {}) => call('GET /flagged', { query: page }),
    /** Removes a message from the list. The message stays. */
    dismiss: (messageId: string) => call('DELETE /flagged/:messageId', { params: { messageId } }),
  };
}

/** Visitors, for the users who chat with them. */
export function visitors({ call }: Caller) {
  return {
    /** Creates a visitor, or changes the attributes of the one with `id`. @returns the id */
    save: (attributes: Attributes) => call('POST /passengers', { body: attributes }),
    get: (id: string) => call('GET /passengers/:id', { params: { id } }),
  };
}

const PATHS = { user: '/ctx', group: '/groups', room: '/rooms' } as const;

/** The attributes of a user, group or room. */
export function attributes({ call }: Caller, subject: keyof typeof PATHS, id: string) {
  const path = `${PATHS[subject]}/:id/attributes` as const;
  return {
    all: () => call(`GET ${path}`, { params: { id } }),
    get: (name: string) => call(`GET ${path}/:name`, { params: { id, name } }),
    /** Sets some and keeps the others. @returns all */
    merge: (values: Attributes) => call(`POST ${path}`, { params: { id }, body: values }),
    /** Replaces all. */
    replace: (values: Attributes) => call(`PUT ${path}`, { params: { id }, body: values }),
    clear: () => call(`DELETE ${path}`, { params: { id } }),
  };
}

/** Searches by attributes: `search(macaw).users({ city: 'Rome', _limit: 10 })`. */
export function search({ call }: Caller) {
  return {
    users: (query: Query) => call('GET /ctx', { query }),
    groups: (query: Query) => call('GET /groups', { query }),
    rooms: (query: Query) => call('GET /rooms', { query }),
  };
}

/** Accounts with a password or phone number. The `sessionToken` of an answer is a `token` to log in with. */
export function accounts({ call }: Caller) {
  return {
    register: (account: Body<'POST /2.0/users'>) => call('POST /2.0/users', { body: account }),
    login: (username: string, password: string) => call('POST /2.0/login', { body: { username, password } }),
    requestLoginCode: (mobilePhone: string) => call('POST /2.0/requestLoginSmsCode', { body: { mobilePhone } }),
    loginByPhone: (mobilePhone: string, smsCode: string) =>
      call('POST /2.0/loginByMobilePhone', { body: { mobilePhone, smsCode } }),
    requestPasswordReset: (mobilePhone: string) => call('POST /2.0/requestPasswordReset', { body: { mobilePhone } }),
    resetPassword: (mobilePhone: string, smsCode: string, password: string) =>
      call('POST /2.0/resetPasswordBySmsCode', { body: { mobilePhone, smsCode, password } }),
    changePassword: (password: string, newPassword: string) =>
      call('POST /2.0/updatePassword', { body: { password, newPassword } }),
    get: (id: string) => call('GET /2.0/users/:id', { params: { id } }),
    update: (id: string, change: Body<'PUT /2.0/users/:id'>) =>
      call('PUT /2.0/users/:id', { params: { id }, body: change }),
    remove: (id: string) => call('DELETE /2.0/users/:id', { params: { id } }),
  };
}

/** The open sessions of the user who is logged in; an admin client names the user. */
export function sessions({ call }: Caller, user?: string) {
  const query = user === undefined ? {} : { user };
  return {
    list: () => call('GET /2.0/sessions', { query }),
    end: (id: string) => call('DELETE /2.0/sessions/:id', { params: { id }, query }),
    endOthers: () => call('DELETE /2.0/sessions', { query }),
    endAll: () => call('DELETE /2.0/sessions', { query: { ...query, all: true } }),
  };
}
