import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type LogEntry, startCloud } from '../local/cloud.ts';
import { DEMO, DEMO_APP, DEMO_CONFIGURATION, LOCAL_ENVIRONMENT } from './demo.ts';
import { readable } from './log-line.ts';
import { synthesize } from './synth.ts';

const USAGE = `npm start -- [--port N] [--data DIR] [--strict] [--chaos SEED] [--allow-origin URL]

  --port N             listen on port N (default: 3000)
  --data DIR           keep the data in DIR between runs (default: in memory)
  --strict             create the demo application in strict mode: clients need tokens (default: open)
  --chaos SEED         make calls of AWS fail at random, in an order that the number SEED decides
  --allow-origin URL   serve pages of this web origin, or of all (*); repeatable (default: pages of this machine)`;

function options() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '3000' },
        data: { type: 'string' },
        strict: { type: 'boolean', default: false },
        chaos: { type: 'string' },
        'allow-origin': { type: 'string', multiple: true, default: [] },
        help: { type: 'boolean', default: false },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new Error(`--port ${values.port}: expected a port number from 0 to 65535`);
    const chaos = values.chaos === undefined ? undefined : Number(values.chaos);
    if (chaos !== undefined && !Number.isInteger(chaos))
      throw new Error(`--chaos ${values.chaos}: expected a whole number`);
    return { ...values, port, chaos };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exit(2);
  }
}

const { port, data, strict: wantsStrict, chaos, help, 'allow-origin': allowedOrigins } = options();
if (help) {
  console.log(USAGE);
  process.exit(0);
}

function describe(entry: LogEntry): string {
  switch (entry.kind) {
    case 'output':
      return entry.text
        .split('\n')
        .flatMap((line) => readable(line) ?? [])
        .map((line) => `[${entry.functionId}] ${line}`)
        .join('\n');
    case 'failure':
      return `[${entry.functionId}] ${entry.errorType}: ${entry.errorMessage}\n${entry.trace.join('\n')}`;
    case 'denied':
      return `[${entry.functionId}] ${entry.message}`;
    case 'notice':
      return entry.text;
  }
}

/** Fails at once, rather than after the synthesis, if the port is in use. */
async function probe(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}

function fail(error: unknown): never {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

await probe(port).catch(fail);

// A separate directory for each run: functions are loaded on demand, and other runs must not replace them.
const assembly = mkdtempSync(join(tmpdir(), 'macaw-'));
process.once('exit', () => rmSync(assembly, { recursive: true, force: true }));

console.log('Macaw is starting: its stacks are synthesized, then deployed on this machine ...');
await synthesize(assembly, { configuration: DEMO_CONFIGURATION });
const cloud = await startCloud({
  assembly,
  port,
  ...DEMO,
  environment: LOCAL_ENVIRONMENT,
  parameters: { ...DEMO.parameters, ...(wantsStrict && { Mode: 'strict' }) },
  allowedOrigins,
  ...(chaos !== undefined && { chaos }),
  ...(data && { dataDir: resolve(data) }),
  log: (entry) => {
    const text = describe(entry);
    if (text !== '') console.log(text);
  },
}).catch(fail);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void cloud.stop().then(() => process.exit(0));
  });
}

const elsewhere = port === 3000 ? '' : ` --url ${cloud.origin}`;
// Data from an earlier run keeps the mode in which the application was created.
const mode = await modeOf(cloud.origin);
console.log(`
Macaw runs at ${cloud.origin}  (${data ? `data in ${data}` : 'data in memory'}; Ctrl-C stops it)

  application   ${DEMO_APP.id}  (${mode} mode)
  client key    ${DEMO_APP.clientKey}
  master key    ${DEMO_APP.masterKey}
  chat          ${cloud.origin}/chat  (${mode === 'open' ? 'log in as anybody' : 'with a token'})
  console       ${cloud.origin}/console  (for administrators: sign in with the application and the master key)
  REST          ${cloud.origin}/docs  (documentation)
  outbox        ${cloud.origin}/_outbox  (push notifications and text messages)
  API URLs      ${cloud.outputs.WebSocketUrl}, ${cloud.outputs.RestUrl}
${mode === 'strict' ? afterStrict(cloud.origin) : afterOpen(cloud.origin)}`);

/** The mode of the demo application: in strict mode, the client key alone reads nothing. */
async function modeOf(origin: string): Promise<'open' | 'strict'> {
  const headers = { 'X-ML-AppId': DEMO_APP.id, 'X-ML-APIKey': DEMO_APP.clientKey };
  const { status } = await fetch(`${origin}/ctx/tom/friends`, { headers });
  return status === 403 ? 'strict' : 'open';
}

function afterOpen(origin: string): string {
  return `
The demo application is open: whoever has the client key can do everything, as any user.
Your own applications are strict by default. Try that with: npm start -- --strict

To try the chat, open these pages in two windows:

  ${origin}/chat#user=tom
  ${origin}/chat#user=jerry

Or run these commands in two more terminals:

  npm run chat -- --user tom --to jerry${elsewhere}
  npm run chat -- --user jerry --to tom${elsewhere}
`;
}

function afterStrict(origin: string): string {
  const headers = `-H 'X-ML-AppId: ${DEMO_APP.id}' -H 'X-ML-MasterKey: ${DEMO_APP.masterKey}'`;
  const token = (user: string) => `curl -X POST ${origin}/2.0/tokens ${headers} -d '{"id": "${user}"}'`;
  return `
The demo application is strict: a client needs the token of a user. Your server asks for it with the master key.
It also makes users friends:

  ${token('tom')}
  ${token('jerry')}
  curl -X POST ${origin}/ctx/tom/friends/jerry ${headers}

To try the chat, open ${origin}/chat#token=TOKEN with each "token" of the answers, or use two more terminals:

  npm run chat -- --user tom --to jerry --token TOKEN${elsewhere}
  npm run chat -- --user jerry --to tom --token TOKEN${elsewhere}
`;
}
