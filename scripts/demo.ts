/** The application that every local cloud starts with; its keys are public, so it is for demonstrations only. */
export const DEMO_APP = {
  id: 'macaw-demo',
  clientKey: 'macaw-demo-key',
  masterKey: 'macaw-demo-master',
} as const;

/** The same, as the parameters of the template that seeds it. */
export const DEMO_PARAMETERS = {
  AppId: DEMO_APP.id,
  ClientKey: DEMO_APP.clientKey,
  MasterKey: DEMO_APP.masterKey,
};
