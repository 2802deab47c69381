import { serveRoutes } from '../rest/app.ts';
import { toHandler } from '../rest/lambda.ts';
import { accounts } from './routes.ts';
import { tellAsAccounts } from './tell.ts';

export const handler = toHandler(serveRoutes(accounts.routes, tellAsAccounts));
