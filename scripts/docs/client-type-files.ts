import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ACCOUNT_ERROR } from '../../functions/accounts/errors.ts';
import { AuthInput } from '../../functions/auth/auth-payload.ts';
import { CLIENT_EVENTS } from '../../functions/chat/client-events.ts';
import { ERROR } from '../../functions/shared/errors.ts';
import { Answer, SERVER_EVENTS, StateAnswer } from '../../functions/shared/server-events.ts';
import { TYPE } from '../../functions/shared/wire.ts';
import { describeRest } from '../../lib/openapi.ts';
import type { Operation, Parameter } from '../../lib/openapi-operations.ts';
import { interfaceName, typeName } from './protocol-section.ts';
import { declaration, type Schema, typescript, write } from './typescript.ts';

const FOLDER = fileURLToPath(new URL('../../client/src/generated/', import.meta.url));

const NOTICE = '// Generated from the schemas of the server by `npm run docs:client`. Do not edit.\n\n';

/** The generated files of the client, with their current content. */
export async function currentClientTypes(): Promise<{ path: string; text: string }[]> {
  const files = { 'codes.ts': codes(), 'events.ts': events(), 'routes.ts': await routes() };
  return Object.entries(files).map(([name, text]) => ({ path: FOLDER + name, text: formatted(NOTICE + text, name) }));
}

const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');

const formatted = (input: string, name: string) =>
  execFileSync(process.execPath, [biome, 'format', `--stdin-file-path=client/src/generated/${name}`], {
    input,
    encoding: 'utf8',
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  });

/** Error codes and conversation types. These are the only generated values; all else are types. */
const codes = () => `
/** Codes of the realtime channel and of the chat endpoints. */
export const ChatErrorCode = ${JSON.stringify(ERROR)} as const;

/** Codes of the account endpoints, below \`/2.0\`. */
export const AccountErrorCode = ${JSON.stringify(ACCOUNT_ERROR)} as const;

/** The numbers of the kinds of conversations on the wire. */
export const TYPE = ${JSON.stringify(TYPE)} as const;
`;

function events(): string {
  const { login, ...others } = SERVER_EVENTS;
  const inputs = Object.entries(CLIENT_EVENTS).flatMap(([name, schema]) =>
    schema ? [declaration(typeName(name), typescript(schema))] : [],
  );
  const outputs = Object.entries({ login, ...others }).map(([name, schema]) =>
    declaration(interfaceName(name), typescript(schema)),
  );
  const types = [
    `type ErrorCode = ${Object.values(ERROR).join(' | ')};`,
    declaration('Auth', typescript(AuthInput)),
    ...inputs,
    declaration('Answer', typescript(Answer)),
    declaration('StateAnswer', typescript(StateAnswer)),
    ...outputs,
    `interface ServerEvents {${Object.keys(SERVER_EVENTS)
      .map((name) => `${name}: ${interfaceName(name)};`)
      .join('\n')}}`,
  ];
  return types.map((type) => `export ${type}`).join('\n\n');
}

/** The types of all REST endpoints, by method and path. */
async function routes(): Promise<string> {
  const { paths, components } = await describeRest();
  const schemas = Object.entries(components.schemas ?? {}).map(
    ([name, schema]) => `export ${declaration(name, write(schema).replace(/^\{\s*\}$/, 'Record<string, never>'))}`,
  );
  const entries = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const key = `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`;
      return `/** ${operation.summary} */\n'${key}': ${routeType(operation)};`;
    }),
  );
  const scalar = '/** A value in a query of a search. */\nexport type Scalar = string | number | boolean;';
  return [scalar, ...schemas, `export interface Routes {\n${entries.join('\n')}\n}`].join('\n\n');
}

function routeType({ parameters, requestBody, responses }: Operation): string {
  const [answer] = Object.values(responses);
  const body = schemaOf(requestBody);
  const response = schemaOf(answer);
  return `{
    params: ${members(parameters.filter((one) => one.in === 'path'))};
    query: ${members(parameters.filter((one) => one.in === 'query'))};
    body: ${body ? write(body) : 'undefined'};
    response: ${response ? write(response) : 'undefined'};
  }`;
}

function members(parameters: readonly Parameter[]): string {
  const list = parameters.map(({ name, required, explode, schema }) =>
    explode
      ? '[attribute: string]: Scalar | Scalar[] | undefined;'
      : `${name}${required ? '' : '?'}: ${write(schema)};`,
  );
  return list.length === 0 ? 'undefined' : `{\n${list.join('\n')}\n}`;
}

/** The schema of the JSON content of a request or response. */
const schemaOf = (holder: unknown): Schema | undefined => Object(holder).content?.['application/json']?.schema;
