import { formatStack } from './source-maps.ts';

// Every bundle runs this before its other modules (lib/macaw-function.ts), so that their errors are mapped as well.
Error.prepareStackTrace = formatStack;
