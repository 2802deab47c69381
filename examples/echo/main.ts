import { parseArgs } from 'node:util';
import { PATH } from './admission.ts';
import { startEcho } from './host.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '3000' } } });

const server = await startEcho({ port: Number(values.port) });
console.log(`The echo server is ready at ws://localhost:${server.port}${PATH}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
