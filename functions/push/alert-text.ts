import type { PushEvent } from '../jobs/push.ts';
import { TYPE } from '../shared/wire.ts';
import type { PushSettings } from '../store/app-settings.ts';
import type { App } from '../store/apps.ts';
import { lookup } from '../store/dynamo.ts';
import { profile } from '../store/profiles.ts';

/** Returns the alert text of a message. It reads the sender only if the template contains `{name}`. */
export async function alertText(app: App, event: PushEvent): Promise<string> {
  const text = textOf(event, app.push);
  const { template } = app.push;
  // A system message has no sender, so the template does not apply.
  if (!event.from) return text;
  const name = template.includes('{name}') ? await nameOf(app, event.from) : '';
  return template.replace(/\{(name|text)\}/g, (_, word) => (word === 'name' ? name : text));
}

function textOf({ content, recalled: wasRecalled }: PushEvent, { media, recalled }: PushSettings): string {
  if (wasRecalled !== undefined) return recalled;
  const { image, audio, video, custom, location } = media;
  return [content.body, image, audio, video, custom, location][content.media] ?? content.body;
}

async function nameOf(app: App, { id, type }: NonNullable<PushEvent['from']>): Promise<string> {
  const kind = type === TYPE.visitor ? 'visitor' : 'user';
  const [found] = await lookup([profile({ app: app.id, kind, id })]);
  const { nameAttribute } = app.push;
  const attributes = found?.attributes ?? {};
  const name = Object.hasOwn(attributes, nameAttribute) ? attributes[nameAttribute] : undefined;
  return typeof name === 'string' && name !== '' ? name : id;
}
