import { readFileSync } from 'node:fs';
import { ACCOUNT_ERROR, type AccountErrorCode } from '../functions/accounts/errors.ts';
import type { Section } from '../functions/http/route.ts';
import { ENV, RETENTION_DAYS } from '../functions/shared/constants.ts';
import { ERROR, type ErrorCode } from '../functions/shared/errors.ts';
import { describe, json, type Operation, pathOf, schemasOf, toJson } from './openapi-operations.ts';

/** An OpenAPI 3.1 document, with the members that this project reads. */
export interface OpenApi {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: Record<string, Record<string, object>>;
  readonly [member: string]: unknown;
}

/** The meaning of each error code. The functions define the HTTP status. */
const MEANING: Record<ErrorCode, string> = {
  [ERROR.badParameter]: 'a parameter is missing or invalid; the message names it',
  [ERROR.database]: 'server error; nothing was stored',
  [ERROR.notAuthorised]: 'not authorised; with HTTP status 403: not allowed for this user',
  [ERROR.notFound]: 'not found',
  [ERROR.conflict]: 'concurrent changes of the same data; retry',
  [ERROR.storage]: 'the file could not be stored',
  [ERROR.unreadableImage]: 'the image cannot be read, so it has no thumbnail; the file is stored',
  [ERROR.memberLimit]: 'the limit of friends or members is reached',
  [ERROR.unsupported]: 'not supported; with HTTP status 405: the method is not allowed',
  [ERROR.tooLong]: 'too long',
  [ERROR.fileTooLarge]: 'the file is too large; the message names the limit and how to upload larger files',
  [ERROR.uploadFailed]: 'the form is malformed or has no file; with HTTP status 429: too many uploads, retry later',
  [ERROR.badQuery]: 'the search query is invalid',
};

/** The same for the account endpoints. */
const ACCOUNT_MEANING: Record<AccountErrorCode, string> = {
  [ACCOUNT_ERROR.failed]: 'server error; nothing was stored',
  [ACCOUNT_ERROR.notFound]: 'the account does not exist, or the username or password is wrong',
  [ACCOUNT_ERROR.badParameter]: 'a parameter is missing or invalid; the message names it',
  [ACCOUNT_ERROR.unsupported]: 'not supported; with HTTP status 405: the method is not allowed',
  [ACCOUNT_ERROR.tooLong]: 'too long',
  [ACCOUNT_ERROR.forbidden]: 'not allowed for this user',
  [ACCOUNT_ERROR.badEmail]: 'the email address is invalid',
  [ACCOUNT_ERROR.badPhone]: 'the phone number is invalid',
  [ACCOUNT_ERROR.tooManyRequests]: 'too many wrong passwords, or concurrent changes of the same account; retry later',
  [ACCOUNT_ERROR.usernameMissing]: 'the username is missing',
  [ACCOUNT_ERROR.passwordMissing]: 'the password is missing',
  [ACCOUNT_ERROR.usernameTaken]: 'the username is taken',
  [ACCOUNT_ERROR.emailTaken]: 'the email is taken',
  [ACCOUNT_ERROR.loginTaken]: 'the third-party login is taken',
  [ACCOUNT_ERROR.notLoggedIn]: 'not logged in: the session token is missing, wrong, expired or revoked',
  [ACCOUNT_ERROR.phoneTaken]: 'the phone number is taken',
  [ACCOUNT_ERROR.loginRefused]: 'the provider does not confirm the third-party login',
  [ACCOUNT_ERROR.platformNotOffered]: 'the application does not support logins with this third party',
  [ACCOUNT_ERROR.providerFailed]: 'the provider of the third-party login could not be reached',
  [ACCOUNT_ERROR.notAuthorised]: 'the application, or its key, is wrong or missing',
  [ACCOUNT_ERROR.tooManyCodes]: 'too many codes were sent',
  [ACCOUNT_ERROR.codeNotSent]: 'the code could not be sent',
  [ACCOUNT_ERROR.badCode]: 'the code is missing, wrong, used or expired',
};

const ABOUT = `
Every request names its application (\`X-ML-AppId\`) and carries one of the other credential headers. Press *Authorize*
and fill in both. In an application's *open* mode, the client key can do everything. In *strict* mode, a session token
(from the \`login\` event of the realtime channel) can act for its user, and the master key can do everything.

Request and response bodies are JSON. Times are epoch milliseconds. Trailing slashes are ignored. Flags such as
\`?detail\` need no value. Future versions can add fields to responses.`;

/** The request headers. The first one is mandatory. */
const HEADERS = {
  application: { name: 'X-ML-AppId', description: 'The id of the application' },
  clientKey: { name: 'X-ML-APIKey', description: 'Its client key' },
  sign: {
    name: 'X-ML-Request-Sign',
    description: 'In place of the client key: `md5hex(<ms timestamp> + <client key>) + "," + <ms timestamp>`',
  },
  sessionToken: { name: 'X-ML-Session-Token', description: 'The token of a login' },
  masterKey: { name: 'X-ML-MasterKey', description: 'Its master key. Never give it to a client.' },
};

/** Describes the REST endpoints as an OpenAPI document, generated from the schemas that validate requests. */
export async function describeRest(): Promise<OpenApi> {
  const { sections, failures } = await loadRoutes();
  const operations = sections.flatMap(({ name, failure, routes }) =>
    routes.map((route) => ({ tag: name, failure, route })),
  );
  const { properties = {}, $defs } = toJson({
    ...Object.fromEntries(Object.entries(failures).map(([name, { schema }]) => [name, schema])),
    ...Object.fromEntries(operations.flatMap(({ route }) => schemasOf(route))),
  });

  const paths: Record<string, Record<string, Operation>> = {};
  for (const { tag, failure, route } of operations) {
    const path = pathOf(route);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describe(route, { tag, failure }, properties) };
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
      responses: Object.fromEntries(
        Object.entries(failures).map(([name, { description }]) => [
          name,
          { description, content: json({ $ref: `#/components/schemas/${name}` }) },
        ]),
      ),
      securitySchemes: Object.fromEntries(
        Object.entries(HEADERS).map(([key, header]) => [key, { type: 'apiKey', in: 'header', ...header }]),
      ),
    },
  };
}

/** The modules read environment variables when they load, so placeholders are set. Nothing is called. */
async function loadRoutes() {
  process.env[ENV.retentionDays] ??= JSON.stringify(RETENTION_DAYS);
  for (const name of Object.values(ENV)) process.env[name] ??= 'described-only';
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const [
    { sections },
    { conversations },
    { messageChanges },
    { relations },
    { attachments },
    { administration },
    { moderation },
    { failures },
    { accounts },
    { installations },
    { pushCredentials },
  ] = await Promise.all([
    import('../functions/http/routes/routes.ts'),
    import('../functions/http/routes/conversations.ts'),
    import('../functions/http/routes/message-changes.ts'),
    import('../functions/http/routes/relations.ts'),
    import('../functions/http/routes/attachments.ts'),
    import('../functions/http/routes/administration.ts'),
    import('../functions/http/routes/moderation.ts'),
    import('../functions/http/routes/failures.ts'),
    import('../functions/http/routes/account-routes.ts'),
    import('../functions/http/routes/installations.ts'),
    import('../functions/http/routes/push-credentials.ts'),
  ]);
  const [{ STATUS }, { FailureShape }, { ACCOUNT_STATUS }, { AccountFailure }] = await Promise.all([
    import('../functions/http/status.ts'),
    import('../functions/http/routes/shapes.ts'),
    import('../functions/http/routes/account-errors.ts'),
    import('../functions/http/routes/account-shapes.ts'),
  ]);
  const withFailure = (failure: 'Failure' | 'AccountFailure') => (section: Section) => ({ ...section, failure });
  return {
    sections: [
      ...[...sections, conversations, messageChanges, relations, attachments, administration, moderation, failures].map(
        withFailure('Failure'),
      ),
      ...[accounts, installations, pushCredentials].map(withFailure('AccountFailure')),
    ],
    failures: {
      Failure: { schema: FailureShape, description: codes('errorCode', STATUS, MEANING) },
      AccountFailure: { schema: AccountFailure, description: codes('code', ACCOUNT_STATUS, ACCOUNT_MEANING) },
    },
  };
}

function codes<Code extends number>(
  member: string,
  status: Record<Code, number>,
  meaning: Record<Code, string>,
): string {
  const rows = Object.entries(meaning).map(
    ([code, words]) => `| ${code} | ${status[Number(code) as Code]} | ${words} |`,
  );
  return ['An error.', '', `| ${member} | HTTP | |`, '|---|---|---|', ...rows].join('\n');
}

function version(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}
