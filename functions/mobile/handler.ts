import { tellAsAccounts } from '../accounts/tell.ts';
import { serveRoutes } from '../rest/app.ts';
import { toHandler } from '../rest/lambda.ts';
import { credentials } from './credentials.ts';
import { installations } from './installations.ts';

export const handler = toHandler(serveRoutes([...installations.routes, ...credentials.routes], tellAsAccounts));
