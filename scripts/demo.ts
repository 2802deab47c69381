import { secretPrefix } from '../functions/shared/constants.ts';

/** The application that every local cloud starts with; its keys are public, so it is for demonstrations only. */
export const DEMO_APP = {
  id: 'macaw-demo',
  clientKey: 'macaw-demo-key',
  masterKey: 'macaw-demo-master',
} as const;

const { id, ...keys } = DEMO_APP;

/** The parameters of the template that makes it. */
export const DEMO_PARAMETERS = { AppId: id };

/** The secret that is there before it is made, so that its keys are these and not generated. */
export const DEMO_SECRETS = { [`${secretPrefix('prod')}${id}`]: JSON.stringify(keys) };

/** What a local cloud is started with to have it. */
export const DEMO = { parameters: DEMO_PARAMETERS, secrets: DEMO_SECRETS };
