import * as z from 'zod/mini';
import { secretOf } from '../gateway/secrets.ts';
import { observed } from '../observe/observed.ts';
import { createApplication, listApplications, rotateKey } from '../operator/applications.ts';
import { type Answer, Command, CommandError, type Result } from '../operator/commands.ts';
import { configureApplication } from '../operator/configure.ts';

/**
 * Runs a command of the operator. IAM controls who can invoke the function. The event can contain keys, so the function
 * must never log it. No answer contains a key.
 */
export const handler = observed(async (event: unknown): Promise<Answer> => {
  try {
    return { result: await run(parse(event)) };
  } catch (error) {
    if (error instanceof CommandError) return { refused: error.message };
    throw error;
  }
});

function parse(event: unknown): Command {
  const { success, data, error } = z.safeParse(Command, event);
  if (success) return data;
  const [issue] = error.issues;
  throw new CommandError(`${issue?.path.join('.') || 'command'}: ${issue?.message}`);
}

async function run(command: Command): Promise<Result<Command['command']>> {
  switch (command.command) {
    case 'create': {
      const mode = await createApplication(command, Date.now());
      if (mode) return { app: command.app, secret: secretOf(command.app), mode };
      throw new CommandError(`app: the application ${command.app} already exists`);
    }
    case 'list':
      return listApplications(Date.now());
    case 'settings':
      return configureApplication(command);
    case 'rotate':
      return rotateKey(command, Date.now());
  }
}
