import { describe, expect, it } from 'vitest';
import { Device } from '../support/device.ts';
import { app, befriend, macaw, someone } from '../support/macaw.ts';
import { blackPng, look, picture } from './images.ts';
import { announce, put, read, textFile, Upload, upload } from './uploads.ts';

const system = macaw();

const MEGABYTE = 1024 * 1024;

const cat = (content: Uint8Array) => ({ filename: 'cat.jpg', contentType: 'image/jpeg', content });

const prepare = async (file: { filename: string; contentType: string; size: number }) =>
  Upload.parse((await announce(system.origin, file)).body);

describe('a file that a client uploads to the storage', () => {
  it('reaches another user as an image message with a thumbnail', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    const [toms, jerrys] = await Promise.all([
      Device.login('4.8.4', system.origin, tom),
      Device.login('1.4.8', system.origin, jerry),
    ]);
    const content = picture('.jpg', 800, 400);
    const [url] = await upload(system.origin, cat(content));
    await toms.say({ to: { id: jerry, type: 0 }, content: { media: 1, body: url } });

    const received = (await jerrys.messages.at()) as { content: { media: number; body: string } };
    expect(received.content).toEqual({ media: 1, body: url });
    const file = await read(received.content.body);
    expect(file.status).toBe(200);
    expect(Buffer.from(file.content)).toEqual(Buffer.from(content));
  });

  it('has a thumbnail soon after, at the second URL', async () => {
    const [, thumbnail] = await upload(system.origin, cat(picture('.jpg', 800, 400)));
    await system.cloud.settled();
    const { status, content, header } = await read(thumbnail);
    expect(status).toBe(200);
    expect(header('content-type')).toBe('image/jpeg');
    expect(look(content)).toMatchObject({ width: 128, height: 64, left: 'red', right: 'blue' });
  });

  it('is served as what it is, to every site, and never as anything else', async () => {
    const [url, thumbnail] = await upload(system.origin, cat(picture('.jpg', 20, 10)));
    await system.cloud.settled();
    for (const each of [url, thumbnail]) {
      const { header } = await read(each, { headers: { origin: 'https://shop.example' } });
      expect(header('content-type')).toBe('image/jpeg');
      expect(header('x-content-type-options')).toBe('nosniff');
      expect(header('content-security-policy')).toMatch(/default-src 'none'.*sandbox/);
      expect(header('access-control-allow-origin')).toBe('*');
      expect(header('cross-origin-resource-policy')).toBe('cross-origin');
      expect(header('cache-control')).toMatch(/max-age=604800/);
    }
  });

  it('can be read in parts, as players do', async () => {
    const content = Buffer.from('0123456789');
    const [url] = await upload(system.origin, { filename: 'a.mp4', contentType: 'video/mp4', content });
    const part = await read(url, { headers: { range: 'bytes=2-4' } });
    expect(part.status).toBe(206);
    expect(Buffer.from(part.content).toString()).toBe('234');
    expect(part.header('content-disposition')).toMatch(/^inline/);
  });

  it('may have 20 MB', { tags: 'slow' }, async () => {
    const content = new Uint8Array(20 * MEGABYTE);
    const [url] = await upload(system.origin, { filename: 'film.mp4', contentType: 'video/mp4', content });
    expect((await read(url)).content.length).toBe(20 * MEGABYTE);
  });

  it('may not have a byte more: neither announced nor in fact', async () => {
    const file = { filename: 'film.mp4', contentType: 'video/mp4' };
    expect(await announce(system.origin, { ...file, size: 20 * MEGABYTE + 1 })).toMatchObject({
      status: 413,
      body: { errorCode: 5011, errorMessage: expect.stringContaining('20971520') },
    });
    const prepared = await prepare({ ...file, size: 20 * MEGABYTE });
    const refused = await put(prepared, new Uint8Array(20 * MEGABYTE + 1));
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('<Code>SignatureDoesNotMatch</Code>');
    expect((await read(prepared.urls[0])).status).toBe(404);
  });

  it.each([
    ['a byte less', new Uint8Array(9), {}, 'SignatureDoesNotMatch'],
    ['nothing', new Uint8Array(0), {}, 'SignatureDoesNotMatch'],
    ['another type', new Uint8Array(10), { 'Content-Type': 'text/html' }, 'SignatureDoesNotMatch'],
    ['another name', new Uint8Array(10), { 'Content-Disposition': 'inline' }, 'SignatureDoesNotMatch'],
    ['to replace one', new Uint8Array(10), { 'If-None-Match': '' }, 'SignatureDoesNotMatch'],
    ['for everybody to change', new Uint8Array(10), { 'x-amz-acl': 'public-read-write' }, 'AccessDenied'],
  ])('is refused by the storage when it is %s', async (_what, content, changed, code) => {
    const prepared = await prepare({ filename: 'a.bin', contentType: 'application/x-thing', size: 10 });
    const refused = await put(prepared, content, changed);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain(`<Code>${code}</Code>`);
  });

  it('is refused by the storage at another place', async () => {
    const prepared = await prepare({ filename: 'a.bin', contentType: 'application/x-thing', size: 10 });
    const elsewhere = { ...prepared, url: prepared.url.replace(/a\.bin\?/, 'b.bin?') };
    expect((await put(elsewhere, new Uint8Array(10))).status).toBe(403);
  });

  it('is uploaded once, and never replaced', async () => {
    const prepared = await prepare({ filename: 'a.bin', contentType: 'application/x-thing', size: 10 });
    const first = Buffer.from('the first!');
    expect((await put(prepared, first)).status).toBe(200);
    for (let n = 0; n < 3; n++) expect((await put(prepared, Buffer.from('the second'))).status).toBe(412);
    expect(Buffer.from((await read(prepared.urls[0])).content)).toEqual(first);
  });

  it('is uploaded once, also if several uploads begin at the same time', async () => {
    const prepared = await prepare({ filename: 'a.bin', contentType: 'application/x-thing', size: 10 });
    const uploads = await Promise.all(Array.from({ length: 32 }, (_, n) => put(prepared, Buffer.alloc(10, n))));
    const statuses = uploads.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    for (const status of statuses) expect(status).toBeOneOf([200, 409, 412]);
    const winner = statuses.indexOf(200);
    expect(Buffer.from((await read(prepared.urls[0])).content)).toEqual(Buffer.alloc(10, winner));
  });

  it('can be sent from a page of any site', async () => {
    const prepared = await prepare({ filename: 'a.bin', contentType: 'application/x-thing', size: 10 });
    const headers = { origin: 'https://shop.example', 'access-control-request-method': 'PUT' };
    const preflight = await fetch(prepared.url, { method: 'OPTIONS', headers });
    expect(preflight.status).toBe(200);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
  });
});

describe('the announcement of a file', () => {
  it.each([
    ['no JSON', 'hello', 5001, /JSON/],
    ['no size', { filename: 'a', contentType: 'image/png' }, 5001, /body\.size/],
    ['zero bytes', { filename: 'a', contentType: 'image/png', size: 0 }, 5001, /body\.size/],
    ['half a byte', { filename: 'a', contentType: 'image/png', size: 1.5 }, 5001, /body\.size/],
    ['a type that is none', { filename: 'a', contentType: 'picture', size: 1 }, 5001, /image\/jpeg/],
    ['a type with a line break', { filename: 'a', contentType: 'a/b\r\nx: y', size: 1 }, 5001, /image\/jpeg/],
    ['no name', { filename: '', contentType: 'image/png', size: 1 }, 5001, /body\.filename/],
    ['a name without end', { filename: 'a'.repeat(256), contentType: 'image/png', size: 1 }, 5001, /body\.filename/],
  ])('is refused with %s', async (_what, body, errorCode, message) => {
    const answer = await announce(system.origin, body as never);
    expect(answer).toMatchObject({ status: 400, body: { errorCode, errorMessage: expect.stringMatching(message) } });
  });

  it('is refused without a key, and with a wrong one', async () => {
    const file = { filename: 'a', contentType: 'image/png', size: 1 };
    for (const key of ['', 'wrong']) {
      const answer = await announce(system.origin, file, { 'X-ML-APIKey': key });
      expect(answer).toMatchObject({ status: 401, body: { errorCode: 5003 } });
    }
    expect(await announce(system.origin, file, { 'X-ML-APIKey': '', 'X-ML-MasterKey': app.masterKey })).toMatchObject({
      status: 200,
    });
  });

  it('is a POST', async () => {
    const response = await fetch(`${system.origin}/attachment`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('gives every file a URL that cannot be guessed', async () => {
    const file = { filename: 'a.png', contentType: 'image/png', size: 1 };
    const [one, other] = await Promise.all([prepare(file), prepare(file)]);
    const random = ({ urls: [url = ''] }: Upload) => new URL(url).pathname.split('/').at(-2) ?? '';
    expect(random(one)).toMatch(/^[\w-]{22}$/);
    expect(random(one)).not.toBe(random(other));
  });
});

describe('the name of a file', () => {
  it.each([
    ['../../etc/passwd', 'passwd', 'passwd'],
    ['C:\\Users\\tom\\cat.txt', 'cat.txt', 'cat.txt'],
    ['.htaccess', 'htaccess', 'htaccess'],
    ['a"b; c=d.txt', 'a_b_c_d.txt', 'a"b; c=d.txt'],
    ['小猫 🐱.txt', '_.txt', '小猫 🐱.txt'],
    ['a\r\nSet-Cookie: b.txt', 'aSet-Cookie_b.txt', 'aSet-Cookie: b.txt'],
    ['/', 'file', 'file'],
    [`${'n'.repeat(200)}.txt`, `${'n'.repeat(76)}.txt`, `${'n'.repeat(200)}.txt`],
  ])('%j makes a harmless URL, and comes back when it is saved', async (filename, inUrl, saved) => {
    const content = Buffer.from('hello');
    const [url = ''] = await upload(system.origin, { filename, contentType: 'application/x-thing', content });
    expect(new URL(url).pathname.split('/').at(-1)).toBe(inUrl);
    const { status, header } = await read(url);
    expect(status).toBe(200);
    const disposition = header('content-disposition') ?? '';
    const extended = /filename\*=UTF-8''([^;]+)/.exec(disposition)?.[1];
    const quoted = /filename="((?:[^"\\]|\\.)*)"/.exec(disposition)?.[1]?.replace(/\\(.)/g, '$1');
    const plain = /filename=([^";]+)/.exec(disposition)?.[1];
    expect(disposition).toMatch(/^attachment/);
    expect(extended ? decodeURIComponent(extended) : (quoted ?? plain)).toBe(saved);
  });
});

describe('the thumbnail', () => {
  it.each([
    ['.jpg', 'image/jpeg', 1000, 500, { width: 128, height: 64 }],
    ['.png', 'image/png', 300, 900, { width: 43, height: 128 }],
    ['.webp', 'image/webp', 640, 640, { width: 128, height: 128 }],
    ['.gif', 'image/gif', 200, 100, { width: 128, height: 64 }],
    ['.png', 'image/png', 40, 20, { width: 40, height: 20 }],
  ] as const)('of a %s of %s with %i × %i pixels fits', async (ending, contentType, width, height, size) => {
    const file = { filename: `a${ending}`, contentType, content: picture(ending, width, height) };
    const [, thumbnail] = await upload(system.origin, file);
    await system.cloud.settled();
    expect(look((await read(thumbnail)).content)).toMatchObject({ ...size, loader: 'jpegload_buffer', left: 'red' });
  });

  it('has the correct orientation', async () => {
    // EXIF orientation 6: the camera was rotated, so the left side must become the top.
    const [, thumbnail] = await upload(system.origin, cat(picture('.jpg', 800, 400, { orientation: 6 })));
    await system.cloud.settled();
    const small = look((await read(thumbnail)).content);
    expect(small).toMatchObject({ width: 64, height: 128, left: 'red', right: 'red' });
  });

  it('lets shine through what did', async () => {
    const content = picture('.png', 300, 300, { transparent: true });
    const [, thumbnail] = await upload(system.origin, { filename: 'a.png', contentType: 'image/png', content });
    await system.cloud.settled();
    const { header, content: small } = await read(thumbnail);
    expect(header('content-type')).toBe('image/png');
    expect(look(small)).toMatchObject({ width: 128, height: 128, transparent: true });
  });

  it.each([
    ['a text that calls itself a picture', textFile('a.png', 'image/png', 'hello')],
    ['half a picture without a header', { ...cat(picture('.jpg', 400, 400).slice(0, 100)) }],
    [
      'a picture that would fill all memory',
      { filename: 'b.png', contentType: 'image/png', content: blackPng(30_000, 30_000) },
    ],
  ])('is missing for %s, which can be read itself', async (_what, file) => {
    const [url, thumbnail] = await upload(system.origin, file);
    await system.cloud.settled();
    expect(Buffer.from((await read(url)).content)).toEqual(Buffer.from(file.content));
    expect((await read(thumbnail)).status).toBe(404);
    expect(Object.values(system.cloud.failureQueues()).flat()).toEqual([]);
  });
});

describe('what a browser could run', () => {
  it.each([
    ['a.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['a.html', 'text/html', '<script>alert(1)</script>'],
    ['a.js', 'text/javascript', 'alert(1)'],
    ['a.xml', 'application/xml', '<a/>'],
  ])('such as %s is a download without a thumbnail', async (filename, contentType, text) => {
    const [url, ...others] = await upload(system.origin, textFile(filename, contentType, text));
    expect(others).toEqual([]);
    const { header } = await read(url);
    expect(header('content-disposition')).toMatch(/^attachment; filename=/);
    expect(header('content-type')).toBe(contentType);
    expect(header('x-content-type-options')).toBe('nosniff');
  });
});

describe('the storage', () => {
  it('is read at its URLs only, and not listed', async () => {
    const { url, urls } = await prepare({ filename: 'a.png', contentType: 'image/png', size: 1 });
    const [file = ''] = urls;
    expect((await read(file)).status).toBe(404);
    const [bucket = ''] = url.split('/attachments/');
    expect((await read(`${bucket}${new URL(file).pathname}`)).status).toBe(403);
    expect((await read(`${bucket}/`)).status).toBe(403);
    expect((await read(url)).status).toBe(403);
    for (const path of ['/attachments/', '/attachments/images/', '/attachments/?list-type=2']) {
      expect((await read(new URL(path, system.origin).href)).status).toBe(404);
    }
  });

  it('is not written at its URLs', async () => {
    for (const method of ['PUT', 'POST', 'DELETE']) {
      expect((await read(`${system.origin}/attachments/files/mine`, { method, body: 'x' })).status).toBe(403);
    }
  });
});
