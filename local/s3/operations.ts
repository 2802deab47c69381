import type { OutgoingHttpHeaders } from 'node:http';
import type { Exchange, Reply } from '../shared/http.ts';
import { addressOf, checkKey, S3_PREFIX } from './address.ts';
import type { Bucket } from './buckets.ts';
import { decodeBody } from './chunked.ts';
import { notImplemented, S3Error } from './errors.ts';
import type { PostedForm } from './form.ts';
import type { S3Request } from './request.ts';
import type { ObjectStore } from './store.ts';
import { xml } from './xml.ts';

/** One call of an operation by an authenticated caller. */
export interface Call {
  request: S3Request;
  bucket: Bucket;
  buckets: Map<string, Bucket>;
  store: ObjectStore;
  /** The public base URL of objects: `http://127.0.0.1:PORT/_s3`. */
  endpoint: string;
  /** @throws S3Error if the caller lacks the permission for the object, or without a key for the bucket */
  allow(action: string, bucket: Bucket, key?: string): void;
}

export interface Done {
  reply: Reply;
  /** The event for notifications. */
  happened?: { name: string; key: string; size?: number; eTag?: string };
}

/** The operation name in the API reference. Calls are counted by it. */
export interface Operation {
  name: string;
  run(call: Call): Promise<Done>;
}

/** Query parameters of signatures and SDKs, which do not select an operation. */
const NEUTRAL = /^(x-amz-.+|x-id)$/i;
/** Query parameters that override a response header. Only presigned URLs have them. */
const OVERRIDE = /^response-(cache-control|content-(disposition|encoding|language|type)|expires)$/;
const LIST = /^(list-type|prefix|delimiter|max-keys|start-after|continuation-token|marker|encoding-type|fetch-owner)$/;

/** Headers that are stored with an object. */
const STORED = /^(cache-control|content-(disposition|encoding|language|type)|expires|x-amz-meta-.+)$/;

/** Headers and form fields that are not implemented. They are rejected instead of ignored. */
const UNSUPPORTED =
  /^(x-amz-(acl|tagging|grant-.+|object-lock-.+|copy-source-.+)|acl|tagging|if-match|if-unmodified-since)$/;

/** Headers of the connection to the store, not of the object. */
const HOP_HEADERS = new Set(['connection', 'date', 'keep-alive', 'transfer-encoding', 'vary']);

/** The operation of a request. @throws S3Error if it is not implemented */
export function operationOf({ method, key, query, headers }: S3Request): Operation {
  const onObject = key !== '';
  const parameters = [...query.keys()].filter((name) => !NEUTRAL.test(name));
  const allOf = (known: RegExp): boolean => parameters.every((name) => known.test(name));
  if (onObject && method === 'GET' && allOf(OVERRIDE)) return { name: 'GetObject', run: getObject };
  if (!onObject && method === 'GET' && allOf(LIST)) {
    return { name: query.get('list-type') === '2' ? 'ListObjectsV2' : 'ListObjects', run: list };
  }
  if (parameters.length === 0) {
    if (onObject && method === 'HEAD') return { name: 'HeadObject', run: getObject };
    if (onObject && method === 'DELETE') return { name: 'DeleteObject', run: deleteObject };
    if (onObject && method === 'PUT') {
      return headers['x-amz-copy-source'] === undefined
        ? { name: 'PutObject', run: putObject }
        : { name: 'CopyObject', run: copyObject };
    }
    if (!onObject && method === 'HEAD') return { name: 'HeadBucket', run: headBucket };
  }
  throw notImplemented(
    `${method} of ${onObject ? 'an object' : 'a bucket'} with ${parameters.join(', ') || 'nothing more'}`,
  );
}

/** A form upload. AWS bills it as a PutObject, so it is counted as one. */
export function postOperation(form: PostedForm): Operation {
  return { name: 'PutObject', run: (call) => postObject(call, form) };
}

async function getObject({ request, bucket, store, allow }: Call): Promise<Done> {
  const { method, key, headers } = request;
  allow('s3:GetObject', bucket, key);
  refuseUnsupported(Object.keys(headers));
  const range = await rangeOf(request, store);
  const stored = await store.call(
    method,
    { bucket: bucket.name, key },
    {
      ...pick(headers, /^(if-none-match|if-modified-since)$/),
      ...(range === undefined ? {} : { range }),
    },
  );
  // Without the list permission, the response must not reveal whether the key exists.
  if (stored.status === 404) allow('s3:ListBucket', bucket);
  const reply = pass(stored);
  const overrides = [...request.query].filter(([name]) => OVERRIDE.test(name));
  const overridden = overrides.map(([name, value]) => [name.slice('response-'.length), value]);
  return {
    reply: stored.status < 300 ? { ...reply, headers: { ...reply.headers, ...Object.fromEntries(overridden) } } : reply,
  };
}

/** The store does not support suffix ranges. S3 itself does not support multiple ranges. */
async function rangeOf({ bucket, key, headers }: S3Request, store: ObjectStore): Promise<string | undefined> {
  const range = headers.range ?? '';
  const suffix = /^bytes=-(\d+)$/.exec(range)?.[1];
  if (suffix === undefined) return /^bytes=\d+-\d*$/.test(range) ? range : undefined;
  const size = Number((await store.call('HEAD', { bucket, key })).headers['content-length'] ?? 0);
  return `bytes=${suffix === '0' ? size : Math.max(0, size - Number(suffix))}-`;
}

async function putObject(call: Call): Promise<Done> {
  const { request, bucket, store, allow } = call;
  const { key, headers } = request;
  const write = () => writeObject(call);
  allow('s3:PutObject', bucket, key);
  refuseUnsupported(Object.keys(headers));
  if (headers['if-none-match'] === undefined) return write();
  // S3 rejects the later of two concurrent conditional writes.
  const done = await store.exclusively(`${bucket.name}/${key}`, async () => {
    if (!(await exists(store, bucket, key))) return write();
    throw new S3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
      Condition: 'If-None-Match',
    });
  });
  if (done) return done;
  throw new S3Error(
    409,
    'ConditionalRequestConflict',
    'The conditional request cannot succeed due to a conflicting operation against this resource.',
  );
}

async function writeObject({ request, bucket, store }: Call): Promise<Done> {
  const { key, headers } = request;
  const content = decodeBody(headers, request.body);
  // Presigned URLs carry object headers in their query.
  const { 'content-encoding': encoding, ...described } = pick(
    { ...headers, ...Object.fromEntries(request.query) },
    STORED,
  );
  const own = String(encoding ?? '').replace(/^aws-chunked,?\s*/, '');
  const stored = await store.call(
    'PUT',
    { bucket: bucket.name, key },
    { ...described, ...(own && { 'content-encoding': own }) },
    content,
  );
  return { reply: pass(stored), ...created('Put', key, content.length, stored) };
}

async function copyObject({ request, bucket, buckets, store, allow }: Call): Promise<Done> {
  const { key, headers } = request;
  const source = addressOf(`${S3_PREFIX}/${String(headers['x-amz-copy-source']).replace(/^\//, '')}`);
  checkKey(source.key);
  const from = buckets.get(source.bucket);
  if (!from) {
    throw new S3Error(404, 'NoSuchBucket', 'The specified bucket does not exist', { BucketName: source.bucket });
  }
  allow('s3:GetObject', from, source.key);
  allow('s3:PutObject', bucket, key);
  refuseUnsupported(Object.keys(headers));
  const stored = await store.call(
    'PUT',
    { bucket: bucket.name, key },
    {
      ...pick(headers, STORED),
      ...pick(headers, /^x-amz-metadata-directive$/),
      'x-amz-copy-source': `/${from.name}/${encodeURI(source.key)}`,
    },
  );
  if (stored.status === 404) allow('s3:ListBucket', from);
  const copy = await store.call('HEAD', { bucket: bucket.name, key });
  return { reply: pass(stored), ...created('Copy', key, Number(copy.headers['content-length']), copy) };
}

async function deleteObject({ request, bucket, store, allow }: Call): Promise<Done> {
  const { key } = request;
  allow('s3:DeleteObject', bucket, key);
  const stored = await store.call('DELETE', { bucket: bucket.name, key });
  return { reply: pass(stored), happened: { name: 'ObjectRemoved:Delete', key } };
}

async function list({ request, bucket, store, allow }: Call): Promise<Done> {
  allow('s3:ListBucket', bucket);
  const query = new URLSearchParams([...request.query].filter(([name]) => LIST.test(name))).toString();
  const stored = await store.call('GET', { bucket: bucket.name, key: '', query });
  // The store escapes twice.
  const body = Buffer.from(stored.body.toString('utf8').replaceAll('&amp;', '&'));
  return { reply: pass({ ...stored, headers: { ...stored.headers, 'content-length': String(body.length) }, body }) };
}

async function headBucket({ bucket, allow }: Call): Promise<Done> {
  allow('s3:ListBucket', bucket);
  return { reply: { status: 200 } };
}

async function postObject({ bucket, store, endpoint, allow }: Call, form: PostedForm): Promise<Done> {
  const { key, fields, content } = form;
  allow('s3:PutObject', bucket, key);
  refuseUnsupported([...fields.keys()]);
  const stored = await store.call(
    'PUT',
    { bucket: bucket.name, key },
    pick(Object.fromEntries(fields), STORED),
    content,
  );
  const eTag = String(stored.headers.etag);
  const location = `${endpoint}/${bucket.name}/${encodeURIComponent(key)}`;
  const done = created('Post', key, content.length, stored);
  const headers = { etag: eTag, location };
  const redirect = fields.get('success_action_redirect');
  if (redirect !== undefined && URL.canParse(redirect)) {
    const target = new URL(redirect);
    for (const [name, value] of Object.entries({ bucket: bucket.name, key, etag: eTag })) {
      target.searchParams.set(name, value);
    }
    return { reply: { status: 303, headers: { ...headers, location: target.href } }, ...done };
  }
  switch (fields.get('success_action_status')) {
    case '200':
      return { reply: { status: 200, headers }, ...done };
    case '201': {
      const body = xml('PostResponse', { Location: location, Bucket: bucket.name, Key: key, ETag: eTag });
      return { reply: { status: 201, headers: { ...headers, 'content-type': 'application/xml' }, body }, ...done };
    }
    default:
      return { reply: { status: 204, headers }, ...done };
  }
}

async function exists(store: ObjectStore, bucket: Bucket, key: string): Promise<boolean> {
  return (await store.call('HEAD', { bucket: bucket.name, key })).status === 200;
}

function created(how: string, key: string, size: number, { status, headers }: Exchange): Pick<Done, 'happened'> {
  if (status !== 200) return {};
  return { happened: { name: `ObjectCreated:${how}`, key, size, eTag: String(headers.etag).replaceAll('"', '') } };
}

function refuseUnsupported(names: string[]): void {
  const name = names.find((candidate) => UNSUPPORTED.test(candidate));
  if (name !== undefined) throw notImplemented(name);
}

function pick(headers: OutgoingHttpHeaders, names: RegExp): OutgoingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name, value]) => value !== undefined && names.test(name.toLowerCase())),
  );
}

function pass({ status, headers, body }: Exchange): Reply {
  const passed: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !HOP_HEADERS.has(name)) passed[name] = value;
  }
  return { status, headers: passed, body };
}
