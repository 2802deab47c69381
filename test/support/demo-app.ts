import { createHash } from 'node:crypto';
import { DEMO_APP, LOCAL_ENVIRONMENT } from '../../scripts/demo.ts';

export const app = DEMO_APP;

/** Functions hash passwords in milliseconds, and webhooks may be on this machine. */
export const FAST_HASHES = { PASSWORD_COST: '1024', ...LOCAL_ENVIRONMENT };

/** Creates a signature in the format of MaxIM clients. */
export function sign(key: string = app.clientKey, timestamp = Date.now()): string {
  return `${createHash('md5').update(`${timestamp}${key}`).digest('hex')},${timestamp}`;
}

/** The `auth` object of a login. `login` is one of the login forms of the protocol. */
export function credentials(login: Record<string, unknown>, key?: string): Record<string, unknown> {
  return { app: app.id, sign: sign(key), ...login };
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

/** Makes a REST request with the key of the application. */
export async function rest(
  origin: string,
  method: string,
  path: string,
  { body, headers }: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(new URL(path, origin), {
    method,
    headers: { 'X-ML-AppId': app.id, 'X-ML-APIKey': app.clientKey, ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text), headers: response.headers };
}

/** Error codes of the `/2.0` endpoints that correspond to codes of the other endpoints. */
const SAME = new Map([
  [101, 5004],
  [107, 5001],
  [108, 5009],
  [116, 5010],
  [119, 5003],
  [209, 5003],
  [401, 5003],
]);

/** The code and message of a failure, with the code of the chat endpoints. */
export function failureOf(body: unknown): { code: unknown; message: unknown } {
  const { errorCode, errorMessage, code, error = errorMessage } = Object(body);
  return { code: errorCode ?? SAME.get(code) ?? code, message: error };
}

export async function befriend(origin: string, one: string, other: string): Promise<void> {
  const { status, body } = await rest(origin, 'POST', `/ctx/${one}/friends/${other}`);
  if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
}

let made = 0;

/** An id that no other test uses. */
export function someone(name = 'user'): string {
  made += 1;
  return `${name}-${made}-${process.pid}`;
}
