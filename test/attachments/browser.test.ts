import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { NO_CHROMIUM, openBrowser, openPage } from '../support/chromium.ts';
import { Device } from '../support/device.ts';
import { app, befriend, credentials, macaw, someone } from '../support/macaw.ts';
import { look, picture } from './images.ts';
import { read } from './uploads.ts';

const system = macaw();

const package_ = createRequire(import.meta.url).resolve('socket.io-client/package.json');
const socketIo = readFileSync(join(dirname(package_), 'dist/socket.io.min.js'), 'utf8');

/** A website with an embedded chat, which knows only the base URL. */
const PAGE = `<!doctype html><meta charset="utf-8"><script>${socketIo}</script><script>
async function sendPicture({ origin, headers, auth, to, picture }) {
  const file = new File([Uint8Array.from(picture)], 'cat.jpg', { type: 'image/jpeg' });
  const answer = await fetch(origin + '/attachment', {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ filename: file.name, contentType: file.type, size: file.size }),
  });
  const { method, url, headers: uploadHeaders, urls } = await answer.json();
  const progress = [];
  const status = await new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = ({ loaded, total }) => progress.push(loaded / total);
    request.onload = () => resolve(request.status);
    request.onerror = () => reject(new Error('The upload failed'));
    request.open(method, url);
    for (const [name, value] of Object.entries(uploadHeaders)) request.setRequestHeader(name, value);
    request.send(file);
  });
  const socket = io(origin + '/chat', { transports: ['websocket'], query: { auth: JSON.stringify(auth) } });
  const stored = await socket.emitWithAck('say', { to: { id: to, type: 0 }, content: { media: 1, body: urls[0] } });
  socket.close();
  return { status, progress, stored, urls };
}

async function postForm({ origin, headers, picture }) {
  const form = new FormData();
  form.append('attachment', new File([Uint8Array.from(picture)], 'cat.jpg', { type: 'image/jpeg' }));
  const answer = await fetch(origin + '/attachment', { method: 'POST', headers, body: form });
  const urls = await answer.json();
  const sizes = urls.map(async (url) => {
    const image = await createImageBitmap(await (await fetch(url)).blob());
    return [image.width, image.height];
  });
  return Promise.all(sizes);
}
</script>`;

/** Runs a function of the page in a browser. */
async function inBrowser(name: 'sendPicture' | 'postForm', argument: object): Promise<Record<string, unknown>> {
  const page = await openPage(await openBrowser(), PAGE);
  return page.evaluate(`${name}(${JSON.stringify(argument)})`);
}

const headers = { 'X-ML-AppId': app.id, 'X-ML-APIKey': app.clientKey };

it('a page of another site uploads a picture with progress, and sends it', { tags: 'slow' }, async ({ skip }) => {
  skip(NO_CHROMIUM !== undefined, NO_CHROMIUM);
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(system.origin, tom, jerry);
  const jerrys = await Device.login('2.5.0', system.origin, jerry);
  const content = picture('.jpg', 900, 300);
  const { origin } = system;
  const auth = credentials({ client: tom });
  const sent = await inBrowser('sendPicture', { origin, headers, auth, to: jerry, picture: [...content] });
  expect(sent).toMatchObject({ status: 200, stored: { success: true } });
  const progress = sent.progress as number[];
  expect(progress.at(-1)).toBe(1);

  const { content: received } = (await jerrys.messages.at()) as { content: { body: string } };
  const [url, thumbnail] = sent.urls as string[];
  expect(received.body).toBe(url);
  await system.cloud.settled();
  expect(look((await read(url)).content)).toMatchObject({ width: 900, height: 300 });
  expect(look((await read(thumbnail)).content)).toMatchObject({ width: 128, height: 43 });
});

it('a page of another site posts a form, and shows the picture and its thumbnail', { tags: 'slow' }, async ({
  skip,
}) => {
  skip(NO_CHROMIUM !== undefined, NO_CHROMIUM);
  const argument = { origin: system.origin, headers, picture: [...picture('.jpg', 900, 300)] };
  expect(await inBrowser('postForm', argument)).toEqual([
    [900, 300],
    [128, 43],
  ]);
});
