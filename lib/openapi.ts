import { readFileSync } from 'node:fs';
import { ERROR, type ErrorCode } from '../functions/chat/errors.ts';
import { ENV } from '../functions/constants.ts';
import { describe, json, type Operation, pathOf, schemasOf, toJson } from './operations.ts';

/** An OpenAPI 3.1 document, as far as anybody here looks into it. */
export interface OpenApi {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: Record<string, Record<string, object>>;
  readonly [member: string]: unknown;
}

/** What each error code means; the HTTP status that goes with it is the functions' to say. */
const MEANING: Record<ErrorCode, string> = {
  [ERROR.badParameter]: 'a parameter is missing or wrong; the message names it',
  [ERROR.database]: 'something failed on the server; nothing was stored',
  [ERROR.notAuthorised]: 'not authorised; with HTTP status 403: not for this user',
  [ERROR.notFound]: 'not found',
  [ERROR.conflict]: 'too many requests change the same things at this moment',
  [ERROR.storage]: 'the file could not be stored; nothing of it is',
  [ERROR.unreadableImage]: 'the image cannot be read, so it has no thumbnail; the file itself is stored',
  [ERROR.memberLimit]: 'a limit of friends or members is reached',
  [ERROR.unsupported]: 'not offered; with HTTP status 405: another method is',
  [ERROR.tooLong]: 'too long',
  [ERROR.fileTooLarge]: 'the file is too large; the message names the limit, and the way for larger ones',
  [ERROR.uploadFailed]: 'a form without the file, or broken; with HTTP status 429: too many uploads, try again later',
  [ERROR.badQuery]: 'a search that cannot be made',
};

const ABOUT = `
Every request names its application (\`X-ML-AppId\`) and proves its right by one of the other headers: press *Authorize*,
and fill in two of them. In an application's *open* mode the client key may do everything; in *strict* mode a session
token, from the \`login\` of the realtime channel, may do what concerns its user, and the master key may do everything.

Bodies and answers are JSON. Times are epoch milliseconds. A trailing slash changes nothing; flags such as \`?detail\`
may come without a value. Answers may gain fields.`;

/** The headers that a request can carry; the first one always. */
const HEADERS = {
  application: { name: 'X-ML-AppId', description: 'The id of the application' },
  clientKey: { name: 'X-ML-APIKey', description: 'Its client key' },
  sign: {
    name: 'X-ML-Request-Sign',
    description: 'In place of the client key: `md5hex(<ms timestamp> + <client key>) + "," + <ms timestamp>`',
  },
  sessionToken: { name: 'X-ML-Session-Token', description: 'The token of a login' },
  masterKey: { name: 'X-ML-MasterKey', description: 'Its master key; never to be given to a client' },
};

/** Describes the REST endpoints: an OpenAPI document out of the schemas that validate their requests. */
export async function describeRest(): Promise<OpenApi> {
  const { sections, STATUS, Failure } = await loadRoutes();
  const operations = sections.flatMap(({ name, routes }) => routes.map((route) => ({ tag: name, route })));
  const { properties = {}, $defs } = toJson({
    Failure,
    ...Object.fromEntries(operations.flatMap(({ route }) => schemasOf(route))),
  });

  const paths: Record<string, Record<string, Operation>> = {};
  for (const { tag, route } of operations) {
    const path = pathOf(route);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describe(route, tag, properties) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Macaw',
      summary: 'The REST endpoints of the chat',
      description: ABOUT.trim(),
      version: version(),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: sections.map(({ name, description }) => ({ name, description })),
    security: Object.keys(HEADERS).flatMap((key) => (key === 'application' ? [] : [{ application: [], [key]: [] }])),
    paths,
    components: {
      schemas: $defs ?? {},
      responses: { Failure: { description: codes(STATUS), content: json({ $ref: '#/components/schemas/Failure' }) } },
      securitySchemes: Object.fromEntries(
        Object.entries(HEADERS).map(([key, header]) => [key, { type: 'apiKey', in: 'header', ...header }]),
      ),
    },
  };
}

/** The functions' modules want their tables' names when they are loaded; nothing is called. */
async function loadRoutes() {
  for (const name of Object.values(ENV)) process.env[name] ??= 'described-only';
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const [{ sections }, { attachments }, { STATUS }, { Failure }] = await Promise.all([
    import('../functions/rest/routes.ts'),
    import('../functions/attachments/routes.ts'),
    import('../functions/rest/status.ts'),
    import('../functions/rest/shapes.ts'),
  ]);
  return { sections: [...sections, attachments], STATUS, Failure };
}

function codes(status: Record<ErrorCode, number>): string {
  const rows = Object.values(ERROR).map((code) => `| ${code} | ${status[code]} | ${MEANING[code]} |`);
  return ['What was wrong.', '', '| errorCode | HTTP | |', '|---|---|---|', ...rows].join('\n');
}

function version(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}
