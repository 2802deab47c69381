import type { App } from '../store/apps.ts';
import {
  dropEndpoint,
  findInstallation,
  type Installation,
  type InstallationChanges,
  saveInstallation,
} from '../store/installations.ts';
import type { Platform } from '../store/platforms.ts';
import { claimEndpoint, deleteEndpoint } from './endpoints.ts';

/**
 * Stores the details of an installation, and registers its device token with SNS.
 * @param now epoch ms
 */
export async function registerEndpoint(
  app: App,
  id: string,
  given: Omit<InstallationChanges, 'endpoint'>,
  now: number,
): Promise<Installation> {
  const present = await findInstallation(app.id, id);
  const reached = { ...present, ...given };
  const application = applicationOf(app, reached);
  const same =
    present?.deviceToken === reached.deviceToken && present?.endpoint?.startsWith(endpointsIn(application)) === true;
  if (same || reached.deviceToken === undefined) return saveInstallation(app.id, id, given, now);

  const claimed = application ? await claimEndpoint(application, reached.deviceToken, id) : undefined;
  // A reinstalled app has the same token. The previous installation must not receive its pushes any more.
  if (claimed?.previous) await dropEndpoint(app.id, claimed.previous, claimed.endpoint);
  if (present?.endpoint && present.endpoint !== claimed?.endpoint) await deleteEndpoint(present.endpoint);
  return saveInstallation(app.id, id, { ...given, endpoint: claimed?.endpoint ?? null }, now);
}

/** The platform application for a device; undefined when the application has no credentials for it. */
function applicationOf(
  app: App,
  { deviceType, environment }: Pick<InstallationChanges, 'deviceType' | 'environment'>,
): string | undefined {
  if (deviceType === undefined) return undefined;
  const platforms: readonly Platform[] =
    deviceType === 'android'
      ? ['fcm']
      : environment
        ? [environment === 'sandbox' ? 'apns_sandbox' : 'apns']
        : // Old SDKs omit the environment, so the first platform with credentials applies.
          ['apns', 'apns_sandbox'];
  return platforms.flatMap((platform) => app[platform]?.arn ?? [])[0];
}

/** The common prefix of the ARNs of endpoints in a platform application. */
function endpointsIn(application = ''): string {
  return `${application.replace(':app/', ':endpoint/')}/`;
}
