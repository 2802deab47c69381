/** Writes the frames and events into docs/reference/protocol.md, from the schemas and the codec. */
import { writeFileSync } from 'node:fs';
import { currentProtocol, PROTOCOL } from './protocol-section.ts';

writeFileSync(PROTOCOL, currentProtocol());
