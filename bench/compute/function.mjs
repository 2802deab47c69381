// Runs the bundle of one function in a process of its own, whose CPU time is that of the function. It is JavaScript,
// because a TypeScript loader would be part of the measured import.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const [, , bundle, events] = process.argv;

const before = performance.now();
const { handler } = require(bundle);
process.send({ importMs: performance.now() - before });
if (events === undefined) process.disconnect();

const context = { awsRequestId: 'bench', functionName: 'bench', getRemainingTimeInMillis: () => 10_000 };

process.on('message', async (batch) => {
  const start = process.cpuUsage();
  for (const event of batch) await handler(event, context);
  const { user, system } = process.cpuUsage(start);
  process.send({ cpuMs: (user + system) / 1000 / batch.length });
});
