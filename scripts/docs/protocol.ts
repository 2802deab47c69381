/** Generates the frames and events in docs/reference/protocol.md from the schemas and the codec. */
import { writeFileSync } from 'node:fs';
import { currentProtocol, PROTOCOL } from './protocol-section.ts';

writeFileSync(PROTOCOL, currentProtocol());
