import pMap from 'p-map';
import { invokeAsync, ownUrl } from '../gateway/invoke.ts';
import { PushJob, type Target } from '../jobs/push.ts';
import { logger } from '../observe/logger.ts';
import { count } from '../observe/metrics.ts';
import { addLogContext, observed } from '../observe/observed.ts';
import { alertText } from '../push/alert-text.ts';
import { composeNotification, type Notification } from '../push/notification.ts';
import { publish } from '../push/sns.ts';
import { METRIC } from '../shared/constants.ts';
import { type App, findApp } from '../store/apps.ts';
import { countMessage, dropEndpoint, findInstallation } from '../store/installations.ts';

/** How many pushes are under way at once. */
const AT_ONCE = 25;

const self = ownUrl();

/**
 * Pushes a message to installations. Nobody is pushed twice because of somebody else's failure: as long as something
 * was achieved, those left over are handed to a job of their own. A job that achieves nothing fails, so that Lambda
 * tries it again after a while, and in the end leaves it in the failure queue, with exactly those whom it is about.
 */
export const handler = observed(async (event: unknown): Promise<void> => {
  const job = PushJob.parse(event);
  addLogContext({ app: job.app, message_id: job.event.id });
  const app = await findApp(job.app);
  if (!app) return;
  const text = await alertText(app, job.event);
  const left: Target[] = [];
  const attempt = async (target: Target) => {
    const rest = await push(app, target, (badge) => composeNotification(job.event, text, badge, job.push));
    if (rest) left.push(rest);
  };
  await pMap(job.targets, attempt, { concurrency: AT_ONCE });
  if (left.length === 0) return;
  const countedBefore = job.targets.filter(({ counted }) => counted).length;
  const countedNow = left.filter(({ counted }) => counted).length;
  const achieved = left.length < job.targets.length || countedNow > countedBefore;
  if (!achieved) throw new Error(`None of ${left.length} pushes of message ${job.event.id} could be sent`);
  await invokeAsync(self, { ...job, targets: left } satisfies PushJob);
});

/** Pushes to one installation, unless it has left the user meanwhile. Never fails: answers what is left to be done. */
async function push(
  app: App,
  target: Target,
  notification: (badge: number) => Notification,
): Promise<Target | undefined> {
  const { user, install } = target;
  let counted = target.counted ?? false;
  try {
    const found = counted ? await findInstallation(app.id, install) : await countMessage(app.id, install, user);
    if (found?.boundTo !== user || found.endpoint === undefined) return undefined;
    counted = true;
    const { endpoint, badge } = found;
    const outcome = await publish(app, endpoint, notification(badge));
    if (outcome === 'disabled') await dropEndpoint(app.id, install, endpoint);
    else count(METRIC.pushesSent);
    return undefined;
  } catch (error) {
    count(METRIC.pushesFailed);
    logger.error('A push was not sent', { user, install, error });
    return { user, install, counted };
  }
}
