import { Agent, type OutgoingHttpHeaders } from 'node:http';
import { type Exchange, exchange } from '../shared/http.ts';

/** Constant, because some servers keep separate tables for each access key. */
const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

/** An HTTP client for the emulator with persistent connections. */
export class EmulatorClient {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #endpoint: URL;

  constructor(endpoint: URL) {
    this.#endpoint = endpoint;
  }

  call(operation: string, body: string | Buffer, api = 'DynamoDB_20120810'): Promise<Exchange> {
    const headers: OutgoingHttpHeaders = {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': Buffer.byteLength(body),
      'x-amz-target': `${api}.${operation}`,
      'x-amz-date': '20260101T000000Z',
      authorization: AUTHORIZATION,
    };
    return exchange(this.#endpoint, { method: 'POST', agent: this.#agent, headers }, body);
  }

  /** A call of the local cloud itself. @throws if it fails */
  async must(operation: string, input: object, api?: string): Promise<string> {
    const reply = await this.call(operation, JSON.stringify(input), api);
    const text = reply.body.toString('utf8');
    if (reply.status !== 200) throw new Error(`DynamoDB's ${operation} failed: ${text}`);
    return text;
  }

  close(): void {
    this.#agent.destroy();
  }
}
