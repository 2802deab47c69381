import { createServer, request } from 'node:http';
import { close, listen } from '../../local/shared/http.ts';
import { olderSid } from './polling-client.ts';

/**
 * A proxy that forwards requests, but refuses upgrades, as some company networks do.
 * @param older makes each session older by this time, in ms, so that tests need not wait
 */
export async function blockingProxy(
  target: string,
  older = 0,
): Promise<{ readonly origin: string; stop(): Promise<void> }> {
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url = '/' } = incoming;
    const forwarded = request(new URL(url, target), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.setEncoding('latin1').on('data', (chunk: string) => {
        const text = chunk.replace(/(?<=^(\d+:)?0\{"sid":")[\w-]+/, (sid) => olderSid(sid, older));
        outgoing.write(text, 'latin1');
      });
      answer.on('end', () => outgoing.end());
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n'));
  const port = await listen(server, 0);
  return { origin: `http://127.0.0.1:${port}`, stop: () => close(server) };
}
