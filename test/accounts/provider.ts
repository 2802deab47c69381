import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** The key of an issuer, and a key that does not belong to it. */
interface Key {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: object;
}

async function makeKey(kid: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } };
}

/**
 * Simulates all login providers. The first part of a path selects the behaviour: `well` responds correctly, all others
 * respond with a fault.
 */
export class Provider {
  /** The received requests, as `METHOD path?query body`. */
  readonly asked: string[] = [];
  readonly #server: Server;
  readonly #key: Key;
  readonly #stranger: Key;

  private constructor(key: Key, stranger: Key) {
    this.#key = key;
    this.#stranger = stranger;
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async start(): Promise<Provider> {
    const provider = new Provider(await makeKey('one'), await makeKey('two'));
    await new Promise<void>((done) => provider.#server.listen(0, '127.0.0.1', done));
    return provider;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  at(behaviour: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${behaviour}`;
  }

  /** The public key. */
  get publicKey(): string {
    return JSON.stringify(this.#key.jwk);
  }

  /** An ID token, valid unless options change it. */
  idToken(
    claims: JWTPayload = {},
    {
      by = 'itself',
      expires = '5m',
    }: { by?: 'itself' | 'another key' | 'an unknown key'; expires?: string | number } = {},
  ): Promise<string> {
    const { privateKey } = by === 'itself' ? this.#key : this.#stranger;
    const { kid } = by === 'an unknown key' ? this.#stranger : this.#key;
    return new SignJWT({ iss: this.at('well'), aud: 'client-1', sub: 'subject', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid })
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign(privateKey);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += chunk;
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const [, behaviour = '', ...rest] = url.pathname.split('/');
    this.asked.push(`${request.method} ${request.url} ${body}`.trim());
    const json = (value: unknown, status = 200) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    switch (behaviour) {
      case 'well':
        return json(
          this.#right(rest.join('/'), new URLSearchParams([...url.searchParams, ...new URLSearchParams(body)])),
        );
      case 'impostor':
        return json({ issuer: this.at('well'), jwks_uri: `${this.at('well')}/keys` });
      case 'inward':
        return json({
          issuer: this.at('inward'),
          jwks_uri: 'http://127.0.0.1:9001/2018-06-01/runtime/invocation/next',
        });
      case 'slow':
        return;
      case 'trickling':
        response.writeHead(200, { 'content-type': 'application/json' }).write('{"errcode":');
        return;
      case 'huge':
        return json({ errcode: 0, filler: 'x'.repeat(100_000) });
      case 'redirecting':
        response.writeHead(302, { location: `${this.at('well')}/${rest.join('/')}${url.search}` }).end();
        return;
      case 'broken':
        return json({ errcode: 0 }, 500);
      case 'vague':
        response.writeHead(200).end('<html>ok</html>');
        return;
      default:
        return json({}, 404);
    }
  }

  /** The correct response of each provider to the token `good` of user `7` and application `app-1`. */
  #right(path: string, query: URLSearchParams): unknown {
    const token = query.get('access_token');
    switch (path) {
      case 'sns/auth':
        return token === 'good' && query.get('openid') === '7'
          ? { errcode: 0, errmsg: 'ok' }
          : { errcode: 40003, errmsg: 'invalid openid' };
      case 'oauth2.0/me':
        if (token === 'good') return { client_id: 'app-1', openid: '7' };
        if (token === 'of another application') return { client_id: 'app-2', openid: '7' };
        return { error: 100016, error_description: 'access token check failed' };
      case 'oauth2/get_token_info':
        if (token === 'good') return { uid: 7, appkey: 'app-1', scope: null, create_at: 1, expire_in: 3600 };
        if (token === 'of another application') return { uid: 7, appkey: 'app-2', create_at: 1, expire_in: 3600 };
        if (token === 'expired') return { uid: 7, appkey: 'app-1', create_at: 1, expire_in: -5 };
        return { error: 'invalid_access_token', error_code: 21332 };
      case 'debug_token': {
        const input = query.get('input_token');
        if (token !== 'app-1|app-secret') return { error: { code: 190 } };
        if (input === 'good') return { data: { app_id: 'app-1', user_id: '7', is_valid: true } };
        if (input === 'of another application') return { data: { app_id: 'app-2', user_id: '7', is_valid: true } };
        return { data: { app_id: 'app-1', user_id: '7', is_valid: false, error: { code: 190 } } };
      }
      case '.well-known/openid-configuration':
        return { issuer: this.at('well'), jwks_uri: `${this.at('well')}/keys` };
      case 'keys':
        return { keys: [this.#key.jwk] };
      default:
        return { error: 'not found' };
    }
  }
}
