/** A terminal client with the stock `socket.io-client`: a complete chat client in one file. */
import { createHash, randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { io } from 'socket.io-client';

const USAGE =
  'npm run chat -- --user tom --to jerry [--url http://127.0.0.1:3000] [--app macaw-demo] [--token … | --key …]';

function misused(reason: string): never {
  console.error(`${reason}\n\n  ${USAGE}`);
  process.exit(2);
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        user: { type: 'string' },
        to: { type: 'string' },
        url: { type: 'string', default: 'http://127.0.0.1:3000' },
        app: { type: 'string', default: 'macaw-demo' },
        /** In strict mode: the token of the user, who needs no key then. */
        token: { type: 'string', default: process.env.MACAW_TOKEN },
        key: { type: 'string', default: process.env.MACAW_CLIENT_KEY ?? 'macaw-demo-key' },
      },
    }).values;
  } catch (error) {
    return misused(error instanceof Error ? error.message : String(error));
  }
}

const { user, to, url, app, token, key } = readOptions();
if (!user || !to) misused('--user and --to are required');

const now = Date.now();
const sign = `${createHash('md5').update(`${now}${key}`).digest('hex')},${now}`;
const headers = { 'X-ML-AppId': app, ...(token ? { 'X-ML-Session-Token': token } : { 'X-ML-Request-Sign': sign }) };
const auth = { app, ...(token ? { sessionToken: token } : { sign, client: user }) };

type Message = { id: string; from: { id: string }; content: { body: string }; ts: number };
type Login = { success: boolean; id?: string; error?: number; message?: string };
type Answer = { success: boolean; message?: string };
type Past = { id: string; speaker: string; content: { body: string }; ts: number };

const time = (ts: number) => new Date(ts).toLocaleTimeString();
const show = (ts: number, who: string, text: string) => console.log(`${time(ts)}  ${who}: ${text}`);

async function rest(method: string, path: string): Promise<unknown> {
  const response = await fetch(new URL(path, url), { method, headers });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
}

/** The ids of all messages that were shown. */
const shown = new Set<string>();
/** The message from which the next login catches up. */
let since: string | undefined;
/** Whether all messages before the newest one have arrived. Until `synced`, older ones can follow. */
let complete = true;
const query = () => ({ auth: JSON.stringify({ ...auth, since }) });

const socket = io(`${url}/chat`, { query: query(), retries: 3, ackTimeout: 10_000 });

function catchUpFrom(id: string): void {
  if (since === undefined || id > since) since = id;
  socket.io.opts.query = query();
}

/** Whether a message is shown for the first time. */
function isNew(id: string): boolean {
  if (shown.has(id)) return false;
  shown.add(id);
  if (complete) catchUpFrom(id);
  return true;
}

const markRead = (upTo: string) => socket.emit('read', { to: { id: to, type: 0 }, upTo }, () => undefined);

let greeted = false;
socket.on('login', async (login: Login) => {
  if (!login.success) {
    console.error(`Login failed: ${login.error} ${login.message}`);
    process.exit(1);
  }
  complete = since === undefined;
  if (greeted) return console.log('(connected again)');
  greeted = true;
  // In strict mode, the server of the application makes friends.
  if (!token) await rest('POST', `/ctx/${user}/friends/${to}`);
  const history = (await rest('GET', `/ctx/${user}/friends/${to}/chats`)) as Past[];
  for (const past of history) if (isNew(past.id)) show(past.ts, past.speaker, past.content.body);
  if (since !== undefined) markRead(since);
  console.log(`Logged in as ${login.id}. Type a line to send it to ${to}. Press Ctrl-C to exit.`);
});
socket.on('synced', ({ upTo }: { upTo: string }) => {
  complete = true;
  catchUpFrom(upTo);
});
socket.on('message', ({ id, from, content, ts }: Message) => {
  if (!isNew(id)) return;
  show(ts, from.id, content.body);
  if (from.id === to) markRead(id);
});
socket.on('yourself', ({ id, content, ts }: Message) => {
  if (isNew(id)) show(ts, `${user} (other device)`, content.body);
});
socket.on('connect_error', (error) => console.error(`Cannot connect to ${url}: ${error.message}`));
socket.on('disconnect', (reason) => console.log(`(disconnected: ${reason})`));

createInterface({ input: process.stdin }).on('line', (line) => {
  if (line.trim() === '') return;
  // The client repeats a message without an answer. With `cid`, it is stored once.
  const message = { to: { id: to, type: 0 }, content: { media: 0, body: line }, cid: randomUUID() };
  socket.emit('say', message, (failure: Error | null, answer?: Answer & { id: string }) => {
    if (failure || !answer?.success) return console.error(`Not sent: ${failure?.message ?? answer?.message}`);
    isNew(answer.id);
  });
});
