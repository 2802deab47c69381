import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * What bundles hold in place of `@aws-sdk/credential-provider-node` (an alias in lib/macaw-function.ts).
 * Lambda hands credentials over in the environment; the SDK's default chain would add 115 KB of
 * profile, SSO and instance-metadata providers to every bundle, and 10 ms to every cold start.
 */
export const defaultProvider = () => fromEnv();
