import { ENV, secretPrefix } from '../functions/shared/constants.ts';

/** The application of every local cloud. Its keys are public, so it is for demonstrations only. */
export const DEMO_APP = {
  id: 'macaw-demo',
  clientKey: 'macaw-demo-key',
  masterKey: 'macaw-demo-master',
} as const;

const { id, ...keys } = DEMO_APP;

/** The template parameters that create it. It is open, so that all clients can try it with the client key alone. */
export const DEMO_PARAMETERS = { AppId: id, Mode: 'open' };

/** The secret that exists before the application, so that its keys are not generated. */
export const DEMO_SECRETS = { [`${secretPrefix('prod')}${id}`]: JSON.stringify(keys) };

/** The options of a local cloud with this application. */
export const DEMO = { parameters: DEMO_PARAMETERS, secrets: DEMO_SECRETS };

/** The configuration of `npm start`. It adds the chat page to the defaults. */
export const DEMO_CONFIGURATION = 'scripts/demo.json';

/**
 * Environment variables of all functions of a local cloud. Webhooks and login providers may be on this machine, without a certificate.
 */
export const LOCAL_ENVIRONMENT = { [ENV.localHosts]: '127.0.0.1' };
