import { CommanderError } from '@commander-js/extra-typings';
import { addApps } from './commands/apps.ts';
import { addFailures } from './commands/failures.ts';
import { addPush } from './commands/push.ts';
import { addStatistics } from './commands/statistics.ts';
import { addWebhooks } from './commands/webhooks.ts';
import { explain, UsageError } from './errors.ts';
import { addHelpCommand, completeLocal, createProgram, HINT, placeOf, shellOf } from './program.ts';

const FAILED = 1;
const WRONG_USAGE = 2;

// Suppresses a warning of the SDK. The pinned versions still support Node.js 20.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const program = createProgram();
const shell = shellOf(program);
addApps(program, shell);
addPush(program, shell);
addFailures(program, shell);
addStatistics(program, shell);
addWebhooks(program, shell);
addHelpCommand(program);

try {
  await program.parseAsync(completeLocal(process.argv.slice(2)), { from: 'user' });
} catch (error) {
  process.exitCode = report(error);
}

/** Prints the error, unless Commander has printed it. @returns the exit code */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
  if (error instanceof UsageError) {
    console.error(`error: ${error.message}\n${HINT}`);
    return WRONG_USAGE;
  }
  console.error(explain(error, placeOf(program)));
  return FAILED;
}
