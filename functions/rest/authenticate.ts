import { ChatError, ERROR } from '../chat/errors.ts';
import { secretsEqual, verifySign } from '../chat/sign.ts';
import { type App, findApp } from '../store/apps.ts';

/**
 * The application on whose behalf a request comes: `X-ML-AppId` with the client key (`X-ML-APIKey`),
 * a signature made with it (`X-ML-Request-Sign`), or the master key (`X-ML-MasterKey`).
 * @throws ChatError 5003
 */
export async function authenticateRequest(header: (name: string) => string | undefined): Promise<App> {
  const id = header('x-ml-appid');
  const key = header('x-ml-apikey');
  const sign = header('x-ml-request-sign');
  const master = header('x-ml-masterkey');
  if (!id) throw new ChatError(ERROR.notAuthorised, 'The header X-ML-AppId is missing');
  if (!key && !sign && !master) {
    throw new ChatError(
      ERROR.notAuthorised,
      'One of the headers X-ML-APIKey, X-ML-Request-Sign, X-ML-MasterKey must be there',
    );
  }
  const app = await findApp(id);
  const valid =
    app &&
    ((key && secretsEqual(key, app.clientKey)) ||
      (sign && verifySign(sign, app.clientKey)) ||
      (master && secretsEqual(master, app.masterKey)));
  if (!valid)
    throw new ChatError(ERROR.notAuthorised, 'X-ML-AppId, or the key or signature that came with it, is wrong');
  return app;
}
