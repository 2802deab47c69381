/**
 * Replaces `@smithy/core/config` in bundles, through an alias in lib/macaw-function.ts. Lambda configures the SDK by
 * environment variables. The original also reads profiles from files and the region from instance metadata. That adds
 * 7 KB to each bundle, and file accesses to each cold start.
 */

interface Setting<T> {
  readonly environmentVariableSelector: (env: NodeJS.ProcessEnv) => T | undefined;
  readonly default?: T;
}

/** A provider of a setting. */
export const loadConfig =
  <T>(setting: Setting<T>) =>
  async () =>
    setting.environmentVariableSelector(process.env) ?? setting.default;

export const SelectorType = { ENV: 'env', CONFIG: 'shared config entry' } as const;

/** Reads an optional variable with the value `true` or `false`. */
export function booleanSelector(env: NodeJS.ProcessEnv, name: string): boolean | undefined {
  const value = env[name];
  if (value === undefined) return undefined;
  if (value !== 'true' && value !== 'false') throw new Error(`${name}: expected true or false, got ${value}`);
  return value === 'true';
}

/** Names that only the selectors of files use. */
export const CONFIG_PREFIX_SEPARATOR = '.';
export const REGION_INI_NAME = 'region';

export const REGION_ENV_NAME = 'AWS_REGION';
export const NODE_REGION_CONFIG_OPTIONS = { environmentVariableSelector: (env: NodeJS.ProcessEnv) => env.AWS_REGION };
export const NODE_REGION_CONFIG_FILE_OPTIONS = {};

const flag = (name: string) => ({
  environmentVariableSelector: (env: NodeJS.ProcessEnv) => booleanSelector(env, name),
  default: false,
});
export const NODE_USE_DUALSTACK_ENDPOINT_CONFIG_OPTIONS = flag('AWS_USE_DUALSTACK_ENDPOINT');
export const NODE_USE_FIPS_ENDPOINT_CONFIG_OPTIONS = flag('AWS_USE_FIPS_ENDPOINT');
export const DEFAULT_USE_DUALSTACK_ENDPOINT = false;
export const DEFAULT_USE_FIPS_ENDPOINT = false;

/** Defaults of the SDK for retries and timeouts, which all clients of Macaw set themselves. */
export const resolveDefaultsModeConfig = () => async () => 'legacy';

/** The clients get providers of their region and of the choice of FIPS endpoints. */
export const resolveRegionConfig = <T>(config: T): T => config;

export class ProviderError extends Error {}
export class CredentialsProviderError extends ProviderError {
  override readonly name = 'CredentialsProviderError';
}
