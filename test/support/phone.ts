import { randomBytes, randomUUID } from 'node:crypto';
import type { Push } from '../../local/cloud.ts';
import { p8 } from './certificates.ts';
import { Device } from './device.ts';
import { disconnect } from './disconnect.ts';
import { type Answer, app, type macaw, rest } from './macaw.ts';

const MASTER = { 'X-ML-MasterKey': app.masterKey };

export const BUNDLE = 'com.example.chat';

type System = ReturnType<typeof macaw>;

/** A phone with an app installation that can receive pushes. */
export interface Phone {
  readonly install: string;
  readonly token: string;
}

/** Common actions of push tests. */
export function telephones(system: System) {
  const ask = (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = MASTER,
  ): Promise<Answer> => rest(system.origin, method, path, { body, headers });

  const must = async (answer: Promise<Answer>): Promise<Answer> => {
    const { status, body, headers } = await answer;
    if (status >= 300) throw new Error(`${status}: ${JSON.stringify(body)}`);
    return { status, body, headers };
  };

  const install = async (details: Record<string, unknown> = {}): Promise<Phone> => {
    const phone = { install: randomUUID(), token: randomBytes(32).toString('hex') };
    const body = { installationId: phone.install, deviceType: 'ios', deviceToken: phone.token, ...details };
    await must(ask('POST', '/2.0/installations', body));
    return { ...phone, token: String(body.deviceToken) };
  };

  return {
    ask,

    /** Uploads a key for Apple's push service. */
    async credentials(platform: 'apns' | 'apns_sandbox' = 'apns'): Promise<void> {
      const file = Buffer.from(p8()).toString('base64');
      const body = { file, keyId: 'ABC1234567', teamId: 'TEAM123456', bundleId: BUNDLE };
      await must(ask('PUT', `/2.0/push/credentials/${platform}`, body));
    },

    install,

    /** Logs a user in from the app on a phone. The client stays connected until it is closed. */
    login: (user: string, { install }: Phone) => Device.login('1.4.8', system.origin, { client: user, install }),

    /** A user who logged in on their phone and is offline now. */
    async offline(user: string, details?: Record<string, unknown>): Promise<Phone> {
      const phone = await install(details);
      const device = await Device.login('1.4.8', system.origin, { client: user, install: phone.install });
      await disconnect(system.cloud, device);
      return phone;
    },

    /** All pushes to a phone, after all work is complete. */
    async pushesTo({ token }: Phone): Promise<Push[]> {
      await system.cloud.settled();
      return system.cloud.outbox
        .messages()
        .flatMap((sent) => (sent.kind === 'push' && sent.token === token ? [sent] : []));
    },
  };
}

/** The payload of a push, with its message parsed. */
export function opened({ payload }: Push) {
  const { aps, parrot } = Object(payload);
  return { aps, parrot: JSON.parse(parrot) };
}
