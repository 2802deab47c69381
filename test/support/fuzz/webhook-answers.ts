import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Dice } from '../dice.ts';
import { mutateBytes, mutateJson, mutateText } from './mutate.ts';

const STATUSES = [200, 201, 204, 299, 300, 302, 304, 400, 401, 404, 409, 410, 429, 500, 502, 503, 599];

/** Responses after which another one should follow, but does not. */
const INFORMATIONAL = [
  ...['100 Continue', '103 Early Hints\r\nlink: x', '101 Switching Protocols'],
  '101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x',
];

/** A decision, by grammar. */
const decision = (dice: Dice): object => ({
  action: dice.one(['allow', 'refuse']),
  ...(dice.chance(0.3) && { reason: dice.one(['no', '', 'x'.repeat(5000), '\u2028']) }),
  ...(dice.chance(0.4) && {
    content: { media: dice.below(5), body: dice.one(['changed', '', '👍', 'x'.repeat(9000)]) },
  }),
  ...(dice.chance(0.2) && { remark: dice.one(['r', 'x'.repeat(9000)]) }),
});

function body(dice: Dice): string | Buffer {
  const valid = decision(dice);
  const way = dice.next();
  if (way < 0.35) return JSON.stringify(valid);
  if (way < 0.6) return JSON.stringify(mutateJson(dice, valid)) ?? '';
  if (way < 0.75) return mutateText(dice, JSON.stringify(valid)).toWellFormed();
  if (way < 0.8) return mutateBytes(dice, Buffer.from(JSON.stringify(valid)));
  // Beyond what the server reads, and deeper than JSON usually is.
  if (way < 0.85) return 'x'.repeat(1_000_000);
  if (way < 0.88) return '['.repeat(60_000);
  return dice.one(['', ' ', 'null', '[]', '{}', '0', '"allow"', '<html></html>']);
}

/** Servers of webhooks that give random answers: any status, wrong JSON, large bodies, late, broken or no answers. */
export class WebhookAnswers {
  /** How many answers were given. */
  count = 0;
  readonly #dice: Dice;
  readonly #server = createServer((request, response) => this.#answer(request, response));

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  start(): Promise<void> {
    return new Promise((done) => this.#server.listen(0, '127.0.0.1', done));
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const dice = this.#dice;
    this.count += 1;
    let text = '';
    for await (const chunk of request) text += chunk;
    const isQuestion = text.includes('"type":"before.');
    // Events are repeated until they are accepted, so most are.
    if (!isQuestion && dice.chance(0.6)) return void response.writeHead(204).end();
    const way = dice.next();
    if (way < 0.03) return void request.socket.destroy();
    if (way < 0.05) return void request.socket.end('HTTP/1.1 200');
    if (way < 0.07) return void request.socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{}');
    if (way < 0.09) return void request.socket.end(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(40_000)}\r\n\r\n{}`);
    if (way < 0.11) return void request.socket.end(`HTTP/1.1 ${dice.one(INFORMATIONAL)}\r\n\r\n`);
    // Longer than a question may take.
    if (way < 0.13) await setTimeout(isQuestion ? 1000 : 200);
    else if (way < 0.2) await setTimeout(dice.below(100));
    const status = dice.chance(0.6) ? 200 : dice.one(STATUSES);
    response.writeHead(status, dice.chance(0.1) ? { location: '/elsewhere', 'content-encoding': 'gzip' } : {});
    if (dice.chance(0.05)) response.write('{"action":');
    response.end(body(dice));
  }
}
