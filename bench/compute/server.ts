import { once } from 'node:events';
import { createServer } from 'node:https';
import { pushCertificate } from '../../test/support/certificates.ts';

/** Answers each post like API Gateway. It is a process of its own, so that its CPU time does not count. */
const { certificate, key } = pushCertificate();
const server = createServer({ cert: certificate, key }, (request, response) => {
  request.resume().on('end', () => response.end());
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.send?.(server.address());
