import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import { AuthInput } from '../../functions/auth/auth-payload.ts';
import { CLIENT_EVENTS } from '../../functions/chat/client-events.ts';
import {
  ackFrame,
  CLOSE,
  connectFrame,
  disconnectFrame,
  type Eio,
  eventFrame,
  MAIN_NAMESPACE,
  openFrame,
  PING,
  PONG,
} from '../../functions/protocol/index.ts';
import { ERROR } from '../../functions/shared/errors.ts';
import { HEARTBEAT } from '../../functions/shared/heartbeat-times.ts';
import { Answer, SERVER_EVENTS, StateAnswer } from '../../functions/shared/server-events.ts';
import { NAMESPACE } from '../../functions/shared/wire.ts';
import { declaration, typescript } from './typescript.ts';

export const PROTOCOL = fileURLToPath(new URL('../../docs/reference/protocol.md', import.meta.url));

const SECTION = /(<!-- frames -->\n\n)[\s\S]*?(\n\n<!-- \/frames -->)/;

/** Returns the document with a current section of frames and events. */
export const withSection = (document: string) =>
  document.replace(SECTION, (_, before, after) => before + section() + after);

export const currentProtocol = () => withSection(readFileSync(PROTOCOL, 'utf8'));

const TO_CLIENT = 'server to client';
const TO_SERVER = 'client to server';

/** A typical connection id. */
const SID = 'L0SM9coGGHcCJ0A=';

function section(): string {
  return [
    '### Frames',
    frames(),
    '### Credentials from the client',
    'The `auth` query parameter holds this object as JSON. With Engine.IO 4, the CONNECT packet can hold it instead.',
    block([['Auth', TO_SERVER, AuthInput]]),
    '### Events from the client',
    clientEvents(),
    block([
      ...Object.entries(CLIENT_EVENTS).flatMap(([name, schema]) =>
        schema ? [[typeName(name), `${TO_SERVER}: event \`${name}\``, schema] as const] : [],
      ),
      ['Answer', `${TO_CLIENT}: Socket.IO acknowledgement of \`say\`, \`edit\`, \`recall\` and \`react\``, Answer],
      ['StateAnswer', `${TO_CLIENT}: Socket.IO acknowledgement of the other events`, StateAnswer],
    ]),
    '### Events from the server',
    `\`ErrorCode\` is one of ${Object.values(ERROR).join(', ')}; [errors](errors.md) explains them.`,
    block([
      ...Object.entries(SERVER_EVENTS).map(([name, schema]) => {
        const { description } = z.globalRegistry.get(schema) ?? {};
        const comment = `${TO_CLIENT}: event \`${name}\`${description ? `, ${description}` : ''}`;
        return [interfaceName(name), comment, schema] as const;
      }),
    ]),
  ].join('\n\n');
}

/** `online_x` as `OnlineXEvent`. */
export const interfaceName = (event: string) => `${typeName(event)}Event`;

export const typeName = (event: string) =>
  event
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

/** Each event that clients send, with the types of its argument and its acknowledgement. */
/** The events whose acknowledgement names a message. */
const ABOUT_MESSAGES = new Set(['say', 'edit', 'recall', 'react']);

function clientEvents(): string {
  const rows = Object.entries(CLIENT_EVENTS).map(([name, schema]) => {
    const answer = ABOUT_MESSAGES.has(name) ? 'Answer' : 'StateAnswer';
    return `| \`${name}\` | ${schema ? `\`${typeName(name)}\`` : 'none'} | \`${answer}\` |`;
  });
  return ['| event | argument | acknowledgement |', '|---|---|---|', ...rows].join('\n');
}

const block = (types: readonly (readonly [name: string, comment: string, schema: z.ZodMiniType])[]) =>
  [
    '```ts',
    types.map(([name, comment, schema]) => `/** ${comment} */\n${declaration(name, typescript(schema))}`).join('\n\n'),
    '```',
  ].join('\n');

/** Each frame in both protocol revisions, as the codec encodes it. */
function frames(): string {
  const both = (write: (eio: Eio) => string) => [write(3), write(4)] as const;
  const same = (frame: string) => [frame, frame] as const;
  const open = (eio: Eio) => openFrame(eio, { sid: SID, ...HEARTBEAT, maxPayload: 32 * 1024 });
  const join = eventFrame(NAMESPACE, 'say', []).replace(/,\[.*/, ',').replace(/^42/, '40');
  const rows: [string, string, readonly [string, string]][] = [
    ['open', TO_CLIENT, both(open)],
    ['`/` joined', TO_CLIENT, both((eio) => connectFrame(eio, MAIN_NAMESPACE, SID))],
    ['join `/chat`', TO_SERVER, [join.slice(0, -1), join]],
    ['`/chat` joined', TO_CLIENT, both((eio) => connectFrame(eio, NAMESPACE, SID))],
    ['event', 'both', same(eventFrame(NAMESPACE, 'say', ['…']).replace('"…"', '{…}'))],
    ['event with acknowledgement', TO_SERVER, same(eventFrame(NAMESPACE, 'say', ['…'], 7).replace('"…"', '{…}'))],
    ['acknowledgement', TO_CLIENT, same(ackFrame(NAMESPACE, 7, ['…']).replace('"…"', '{…}'))],
    ['leave `/chat`', 'both', same(disconnectFrame(NAMESPACE))],
    ['ping', `3: ${TO_SERVER}; 4: ${TO_CLIENT}`, same(PING)],
    ['pong', `3: ${TO_CLIENT}; 4: ${TO_SERVER}`, same(PONG)],
    ['close', 'both', same(CLOSE)],
  ];
  return [
    '| frame | direction | Engine.IO 3 | Engine.IO 4 |',
    '|---|---|---|---|',
    ...rows.map(([name, direction, [three, four]]) => `| ${name} | ${direction} | \`${three}\` | \`${four}\` |`),
  ].join('\n');
}
