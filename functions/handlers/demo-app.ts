import { observed } from '../observe/observed.ts';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ERROR } from '../shared/errors.ts';
import { findApp } from '../store/apps.ts';

const demo = requireEnv(ENV.demoApp);
const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };

/**
 * The configuration of the chat page: its application, and in open mode the client key, which every copy of an app
 * contains. A stage without the setting `demo` has no such function.
 */
export const handler = observed(async () => {
  const app = await findApp(demo);
  if (!app) {
    const body = JSON.stringify({ errorCode: ERROR.notFound, errorMessage: `There is no application ${demo}` });
    return { statusCode: 404, headers, body };
  }
  const { id, mode, clientKey } = app;
  return { statusCode: 200, headers, body: JSON.stringify({ app: id, mode, ...(mode === 'open' && { clientKey }) }) };
});
