import { createHash } from 'node:crypto';
import { DEMO_APP } from '../../scripts/demo.ts';

export const app = DEMO_APP;

/** A signature as MaxIM's clients make it. */
export function sign(key: string = app.clientKey, timestamp = Date.now()): string {
  return `${createHash('md5').update(`${timestamp}${key}`).digest('hex')},${timestamp}`;
}

/** The `auth` object of a login; `login` is one of the wire's forms. */
export function credentials(login: Record<string, unknown>, key?: string): Record<string, unknown> {
  return { app: app.id, sign: sign(key), ...login };
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

/** A REST request with the application's key. */
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

/** What the endpoints below `/2.0` call the failures that all endpoints know. */
const SAME = new Map([
  [101, 5004],
  [107, 5001],
  [108, 5009],
  [116, 5010],
  [119, 5003],
  [209, 5003],
  [401, 5003],
]);

/** What a failure says, by the code that the chat's endpoints have for it. */
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
