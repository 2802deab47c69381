import { serveRoutes } from '../rest/app.ts';
import { toHandler } from '../rest/lambda.ts';
import { accounts } from './routes.ts';
import { tellAsAccounts } from './tell.ts';

const app = serveRoutes(accounts.routes, tellAsAccounts);
// With a slash behind it, the gateway does not know this path of another function.
const installations = '/2.0/installations';
app.all(installations, (context) => context.redirect(installations, 308));

export const handler = toHandler(app);
