/** A terminal client with the stock `socket.io-client`: a complete chat client in one file. */
import { createHash } from 'node:crypto';
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

type Message = { from: { id: string }; content: { body: string }; ts: number };
type Login = { success: boolean; id?: string; error?: number; message?: string };
type Answer = { success: boolean; message?: string };
type Past = { speaker: string; content: { body: string }; ts: number };

const time = (ts: number) => new Date(ts).toLocaleTimeString();
const show = (ts: number, who: string, text: string) => console.log(`${time(ts)}  ${who}: ${text}`);

async function rest(method: string, path: string): Promise<unknown> {
  const response = await fetch(new URL(path, url), { method, headers });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
}

const socket = io(`${url}/chat`, {
  transports: ['websocket'],
  query: { auth: JSON.stringify(auth) },
});

let greeted = false;
socket.on('login', async (login: Login) => {
  if (!login.success) {
    console.error(`Login failed: ${login.error} ${login.message}`);
    process.exit(1);
  }
  if (greeted) return console.log('(connected again)');
  greeted = true;
  // In strict mode, the server of the application makes friends.
  if (!token) await rest('POST', `/ctx/${user}/friends/${to}`);
  const history = (await rest('GET', `/ctx/${user}/friends/${to}/chats`)) as Past[];
  for (const past of history) show(past.ts, past.speaker, past.content.body);
  console.log(`Logged in as ${login.id}. Type a line to send it to ${to}. Press Ctrl-C to exit.`);
});
socket.on('message', ({ from, content, ts }: Message) => show(ts, from.id, content.body));
socket.on('yourself', ({ content, ts }: Message) => show(ts, `${user} (other device)`, content.body));
socket.on('connect_error', (error) => console.error(`Cannot connect to ${url}: ${error.message}`));
socket.on('disconnect', (reason) => console.log(`(disconnected: ${reason})`));

createInterface({ input: process.stdin }).on('line', (line) => {
  if (line.trim() === '') return;
  socket.emit('say', { to: { id: to, type: 0 }, content: { media: 0, body: line } }, (answer: Answer) => {
    if (!answer.success) console.error(`Not sent: ${answer.message}`);
  });
});
