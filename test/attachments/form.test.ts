// @module-tag slow

import { describe, expect, it } from 'vitest';
import { FORM_BYTES } from '../../functions/shared/constants.ts';
import { macaw } from '../support/macaw.ts';
import { blackPng, look, picture } from './images.ts';
import { formOf, postForm, read, textFile } from './uploads.ts';

const system = macaw();

/** A form from a client that does not follow browser conventions. */
function written(part: string, content: Uint8Array | string, end = '\r\n--XyZ--\r\n') {
  const body = Buffer.concat([Buffer.from(`--XyZ\r\n${part}\r\n\r\n`), Buffer.from(content), Buffer.from(end)]);
  return [body, { 'content-type': 'multipart/form-data; boundary=XyZ' }] as const;
}

describe('a file in a form', () => {
  it('has its URL and that of its thumbnail at once', async () => {
    const content = picture('.jpg', 500, 250);
    const { status, body } = await postForm(
      system.origin,
      formOf({ filename: 'cat.jpg', contentType: 'image/jpeg', content }),
    );
    expect(status).toBe(200);
    const [url, thumbnail, ...others] = body as string[];
    expect(others).toEqual([]);
    expect(Buffer.from((await read(url)).content)).toEqual(Buffer.from(content));
    expect(look((await read(thumbnail)).content)).toMatchObject({ width: 128, height: 64, left: 'red', right: 'blue' });
  });

  it('has one URL when it is no image', async () => {
    const { status, body } = await postForm(system.origin, formOf(textFile('a.txt', 'text/plain', 'hello')));
    expect([status, (body as string[]).length]).toEqual([200, 1]);
    const [url] = body as string[];
    const { content, header } = await read(url);
    expect(Buffer.from(content).toString()).toBe('hello');
    expect(header('content-type')).toBe('text/plain');
  });

  // Recorded requests of AFNetworking (iOS), OkHttp and Apache HttpClient (Android), and curl.
  it.each([
    ['iOS', 'Content-Disposition: form-data; name="attachment"; filename="a.png"\r\nContent-Type: image/png'],
    [
      'Android',
      'Content-Disposition: form-data; name="attachment"; filename="a.png"\r\nContent-Type: image/png\r\nContent-Length: 1',
    ],
    [
      'an old Android',
      'Content-Disposition: form-data; name="attachment"; filename="a.png"\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: binary',
    ],
    [
      'a client that does not know what it sends',
      'Content-Disposition: form-data; name="attachment"; filename="a.png"\r\nContent-Type: application/octet-stream',
    ],
    ['a client that does not say what it sends', 'Content-Disposition: form-data; name="attachment"; filename="a.png"'],
    [
      "MaxIM's JavaScript 3.x",
      'Content-Disposition: form-data; name="userfile"; filename="a.png"\r\nContent-Type: image/png',
    ],
    ['lower case', 'content-disposition: form-data; name="attachment"; filename="a.png"\r\ncontent-type: image/png'],
  ])('is understood from %s', async (_who, part) => {
    const content = picture('.png', 200, 100);
    const { status, body } = await postForm(system.origin, ...written(part, content));
    expect([status, body]).toEqual([200, [expect.any(String), expect.any(String)]]);
    const [url, thumbnail] = body as string[];
    const file = await read(url);
    expect(file.header('content-type')).toBe('image/png');
    expect(Buffer.from(file.content)).toEqual(Buffer.from(content));
    expect(look((await read(thumbnail)).content)).toMatchObject({ width: 128, height: 64 });
  });

  it('keeps its name, whatever script it is in', async () => {
    const { body } = await postForm(system.origin, formOf(textFile('小猫.txt', 'application/x-thing', 'hi')));
    const { header } = await read((body as string[])[0]);
    expect(decodeURIComponent(header('content-disposition') ?? '')).toContain("filename*=UTF-8''小猫.txt");
  });

  it('loses characters in its name that are not UTF-8 or change the direction of text', async () => {
    const name = Buffer.concat([
      Buffer.from('cat\u202e\u2066gpj\u2069\u202c'),
      Buffer.from([0xed, 0xa0, 0x80]),
      Buffer.from('.txt'),
    ]);
    const part = Buffer.concat([
      Buffer.from('--XyZ\r\nContent-Disposition: form-data; name="attachment"; filename="'),
      name,
      Buffer.from('"\r\n\r\nhi\r\n--XyZ--\r\n'),
    ]);
    const { status, body } = await postForm(system.origin, part, {
      'content-type': 'multipart/form-data; boundary=XyZ',
    });
    expect(status).toBe(200);
    const { header } = await read((body as string[])[0]);
    expect(decodeURIComponent(header('content-disposition') ?? '')).toContain(
      "filename*=UTF-8''catgpj\ufffd\ufffd\ufffd.txt",
    );
  });

  it.each([
    ['a.png', 'image/jpg', 'image/jpeg'],
    ['a.png', 'IMAGE/JPG; charset=binary', 'image/jpeg'],
    ['a.png', 'image/*', 'image/png'],
    ['a.PNG', '*/*', 'image/png'],
    ['a.m4a', 'audio/*', 'audio/mp4'],
    ['a.xyz', 'image/*', 'application/octet-stream'],
  ])('%s of the type %s is served as %s', async (filename, given, type) => {
    const part = `Content-Disposition: form-data; name="attachment"; filename="${filename}"\r\nContent-Type: ${given}`;
    const { status, body } = await postForm(system.origin, ...written(part, picture('.png', 20, 10)));
    expect([status, (body as string[]).length]).toEqual([200, type.startsWith('image/') ? 2 : 1]);
    expect((await read((body as string[])[0])).header('content-type')).toBe(type);
  });

  it.each([
    ['a text that calls itself a picture', textFile('a.png', 'image/png', 'hello')],
    [
      'a picture that would fill all memory',
      { filename: 'b.png', contentType: 'image/png', content: blackPng(30_000, 30_000) },
    ],
  ])('is stored without a thumbnail when it is %s', async (_what, file) => {
    const { status, body } = await postForm(system.origin, formOf(file));
    expect([status, body]).toMatchObject([422, { errorCode: 5007 }]);
    const url = /http\S+/.exec((body as { errorMessage: string }).errorMessage)?.[0];
    expect(Buffer.from((await read(url)).content)).toEqual(Buffer.from(file.content));
  });

  it('may be as large as comes through', async () => {
    const content = new Uint8Array(FORM_BYTES - 1000);
    const { status, body } = await postForm(
      system.origin,
      formOf({ filename: 'a.mp4', contentType: 'video/mp4', content }),
    );
    expect(status).toBe(200);
    expect((await read((body as string[])[0])).content.length).toBe(content.length);
  });

  it.each([
    ['a little', FORM_BYTES],
    ['three times', 3 * FORM_BYTES],
  ])('is refused when it is %s too large, and the way for it is named', async (_how, bytes) => {
    const file = { filename: 'a.mp4', contentType: 'video/mp4', content: new Uint8Array(bytes) };
    const { status, body, headers } = await postForm(system.origin, formOf(file), { origin: 'https://shop.example' });
    expect([status, body]).toEqual([
      413,
      { errorCode: 5011, errorMessage: expect.stringMatching(/4600000 bytes.*filename, contentType, size/) },
    ]);
    expect(headers.get('access-control-allow-origin')).toBe('*');
  });

  const named = 'Content-Disposition: form-data; name="attachment"; filename="a.txt"';
  it.each([
    ['is cut off', written(named, 'hello', '')],
    ['is cut off in the end of its file', written(named, 'hello', '\r\n--Xy')],
    ['has another field', written('Content-Disposition: form-data; name="file"; filename="a.txt"', 'hello')],
    ['has a text in place of the file', written('Content-Disposition: form-data; name="attachment"', 'hello')],
    ['has an empty file', written(named, '')],
    ['names no boundary', [written(named, 'hello')[0], { 'content-type': 'multipart/form-data' }] as const],
    ['is empty', ['', { 'content-type': 'multipart/form-data; boundary=XyZ' }] as const],
  ])('is refused when the form %s', async (_what, [body, headers]) => {
    const answer = await postForm(system.origin, body, headers);
    expect([answer.status, answer.body]).toMatchObject([400, { errorCode: 5012, errorMessage: expect.any(String) }]);
  });

  it('is refused when it says to be what nothing can be', async () => {
    const answer = await postForm(system.origin, ...written(`${named}\r\nContent-Type: picture`, 'hello'));
    expect([answer.status, answer.body]).toMatchObject([400, { errorCode: 5001 }]);
  });
});
