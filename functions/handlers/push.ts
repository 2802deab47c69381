import pMap from 'p-map';
import * as z from 'zod/mini';
import { invokeAsync, ownUrl } from '../gateway/invoke.ts';
import { MissedJob, PushJob, RecalledJob, type Target } from '../jobs/push.ts';
import { enqueueWebhookEvent } from '../jobs/webhook-enqueue.ts';
import { logger } from '../observe/logger.ts';
import { count } from '../observe/metrics.ts';
import { addLogContext, observed } from '../observe/observed.ts';
import { alertText } from '../push/alert-text.ts';
import { missedPushes } from '../push/missed-pushes.ts';
import { composeNotification, type Notification, withoutPreview } from '../push/notification.ts';
import { recalledPushes } from '../push/recalled-pushes.ts';
import { publish } from '../push/sns.ts';
import { pushWishes } from '../push/wishes.ts';
import { METRIC } from '../shared/constants.ts';
import { type App, findApp } from '../store/apps.ts';
import { unreadTotal } from '../store/conversation-page.ts';
import { countMessage, dropEndpoint, findInstallation, uncountMessage } from '../store/installations.ts';

/** Maximum number of concurrent pushes. */
const AT_ONCE = 25;

const self = ownUrl();

const Job = z.union([PushJob, MissedJob, RecalledJob]);

/**
 * Pushes a message to installations. A job that made progress enqueues the remaining installations as a new job, so no
 * user gets a push twice. A job without progress fails. Lambda retries it later, and finally sends it to the failure
 * queue, with exactly the remaining installations.
 */
export const handler = observed(async (event: unknown): Promise<void> => {
  const job = Job.parse(event);
  if ('event' in job) return pushToAll(job);
  const jobs = await ('recalled' in job ? recalledPushes(job) : missedPushes(job));
  // Another job repeats what failed, so that a retry does not read the messages again.
  for (const one of jobs) await pushToAll(one).catch(() => invokeAsync(self, one));
});

async function pushToAll(job: PushJob): Promise<void> {
  addLogContext({ app: job.app, message_id: job.event.id });
  const app = await findApp(job.app);
  if (!app) return;
  const text = await alertText(app, job.event);
  const hidden = job.event.recalled === undefined ? app.push.hidden : app.push.recalled;
  const unreadOf = unreadCounter(app);
  const left: Target[] = [];
  const wishOf = await pushWishes(job, Date.now());
  const attempt = async (target: Target) => {
    const wish = wishOf(target.user);
    const notification = async (badge: number) => {
      const all = composeNotification(job.event, text, (await unreadOf(target.user)) ?? badge, job.push);
      return wish === 'hidden' ? withoutPreview(all, hidden) : all;
    };
    const rest = await push(app, target, job, wish === 'none' ? undefined : notification);
    if (rest) left.push(rest);
  };
  await pMap(job.targets, attempt, { concurrency: AT_ONCE });
  if (left.length === 0) return;
  const countedBefore = job.targets.filter(({ counted }) => counted).length;
  const countedNow = left.filter(({ counted }) => counted).length;
  const progressed = left.length < job.targets.length || countedNow > countedBefore;
  if (!progressed) {
    const users = [...new Set(left.map(({ user }) => user))];
    await enqueueWebhookEvent(job.app, 'push.failed', { users, message: job.event.id, reason: 'error' });
    throw new Error(`None of ${left.length} pushes of message ${job.event.id} succeeded`);
  }
  await invokeAsync(self, { ...job, targets: left } satisfies PushJob);
}

/** Counts the unread messages of users, once for all of their installations, if the application wants them as badge. */
function unreadCounter({ id: app, push }: App): (user: string) => Promise<number | undefined> {
  const counts = new Map<string, Promise<number>>();
  return async (user) => {
    if (!push.unreadBadge) return undefined;
    const count = counts.get(user) ?? unreadTotal({ app, kind: 'user', id: user }, Date.now());
    counts.set(user, count);
    return count;
  };
}

/**
 * Pushes to one installation, if it still belongs to the user. It never throws; it returns the remaining work.
 * @param notification undefined when the message only counts in the badge
 */
async function push(
  app: App,
  target: Target,
  { event, attempt = '' }: PushJob,
  notification: ((badge: number) => Promise<Notification>) | undefined,
): Promise<Target | undefined> {
  const { user, install, settings } = target;
  let counted = target.counted ?? false;
  try {
    const countOnce = event.recalled === undefined ? countMessage : uncountMessage;
    const found = counted
      ? await findInstallation(app.id, install)
      : await countOnce(app.id, install, user, {
          message: event.id,
          attempt,
          isShown: notification !== undefined,
          now: Date.now(),
        });
    if (found?.boundTo !== user || found.endpoint === undefined) return undefined;
    counted = true;
    if (!notification) return undefined;
    const { endpoint, badge } = found;
    const outcome = await publish(app, endpoint, await notification(badge));
    if (outcome === 'disabled') {
      await dropEndpoint(app.id, install, endpoint);
      await enqueueWebhookEvent(app.id, 'push.failed', { user, install, message: event.id, reason: 'disabled' });
    } else count(METRIC.pushesSent);
    return undefined;
  } catch (error) {
    count(METRIC.pushesFailed);
    logger.error('A push was not sent', { user, install, error });
    return { user, install, counted, ...(settings && { settings }) };
  }
}
