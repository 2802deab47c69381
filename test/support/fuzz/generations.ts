import type { Eio } from '../../../functions/protocol/index.ts';

/** How the clients of one generation of Socket.IO write what is not an event. */
export interface Generation {
  readonly eio: Eio;
  /** Where the credentials are: in the URL, or in the join. */
  readonly auth: 'url' | 'join';
  /** The frame that joins `/chat`. */
  readonly join: (auth: string) => string;
  /** Further frames that such clients send. */
  readonly frames: readonly string[];
}

const BINARY = '{"_placeholder":true,"num":0}';
/** Of all clients: probes, upgrades, acknowledgements, binary packets, and namespaces that do not exist. */
const COMMON = [
  ...['2probe', '5', '6', '40', '41', '43/chat,1["x"]', '43/chat,[]', '42["say",{}]', '40/other', '41/other'],
  ...[`451-/chat,["say",${BINARY}]`, `452-/chat,7["say",${BINARY},${BINARY}]`, `461-/chat,1[${BINARY}]`],
];
const older = [...COMMON, '2', '40/chat', '40/chat?', '40/chat?a=1&a=2', '41/chat', 'b4AQIDBA==', '44/chat"no"'];
const newer = [...COMMON, '3', '40/chat,', '40/chat,{}', '41/chat,', 'bAQIDBA==', '44/chat,{"message":"no"}'];

/** By the version of socket.io-client. */
export const GENERATIONS: Readonly<Record<string, Generation>> = {
  '1.4': { eio: 3, auth: 'url', join: () => '40/chat', frames: older },
  '1.7': { eio: 3, auth: 'url', join: () => '40/chat?EIO=3', frames: [...older, '40/chat?token=x,'] },
  '2.5': {
    eio: 3,
    auth: 'join',
    join: (auth) => `40/chat?auth=${encodeURIComponent(auth)}`,
    frames: [...older, '40/chat?auth=%7B%7D,', '40/chat?auth=%zz'],
  },
  '3.1': { eio: 4, auth: 'url', join: () => '40/chat,', frames: [...newer, '40/chat,{"token":1}'] },
  '4.8': {
    eio: 4,
    auth: 'join',
    join: (auth) => `40/chat,${auth}`,
    // The second one asks for a recovery of the connection.
    frames: [...newer, '40/chat,{"auth":null}', '40/chat,{"pid":"x","offset":"y"}', '40/chat,{"pid":{},"offset":[]}'],
  },
};
