import * as z from 'zod/mini';
import { planAttachment, urlsOf } from '../../attachments/attachment.ts';
import { mediaType, mediaTypeOf } from '../../attachments/content-type.ts';
import { requestUpload, storeFile } from '../../attachments/storage.ts';
import { count } from '../../observe/metrics.ts';
import { METRIC } from '../../shared/constants.ts';
import { ChatError, ERROR } from '../../shared/errors.ts';
import { countUpload } from '../../store/uploads.ts';
import { everyone } from '../access.ts';
import { route, type Section } from '../route.ts';

const Announced = z.object({
  filename: z
    .string()
    .check(z.minLength(1), z.maxLength(255))
    .register(z.globalRegistry, { description: 'File name for downloads', examples: ['cat.jpg'] }),
  contentType: z.string().register(z.globalRegistry, { description: 'Media type', examples: ['image/jpeg'] }),
  size: z
    .int()
    .check(z.minimum(1))
    .register(z.globalRegistry, { description: 'Size in bytes', examples: [482113] }),
});

const Urls = z.array(z.string()).register(z.globalRegistry, {
  description: 'URL of the file and, for a JPEG, PNG, GIF or WebP, of its thumbnail',
  examples: [['https://chat.example.com/attachments/images/q8Vt/cat.jpg']],
});

const Upload = z
  .object({
    method: z.literal('PUT').register(z.globalRegistry, { description: 'Method of the upload' }),
    url: z.string().register(z.globalRegistry, { description: 'URL to which to send the file as the body' }),
    headers: z
      .record(z.string(), z.string())
      .register(z.globalRegistry, { description: 'Headers that the upload must have' }),
    urls: Urls,
  })
  .register(z.globalRegistry, {
    id: 'Upload',
    description: 'Request that uploads the file, valid once and for 15 minutes',
  });

const attachment = route({
  method: 'POST',
  path: '/attachment',
  summary: 'Prepare the upload of a file, or upload a file as a form',
  params: z.object({}),
  body: Announced,
  status: 200,
  response: z.union([Upload, Urls]),
  access: everyone,

  async handle({ app, principal, body: { filename, contentType, size }, now }) {
    const file = planAttachment(filename, mediaType(contentType), 'client');
    await countUpload(app, principal, size, now);
    const upload = await requestUpload(file, size);
    count(METRIC.uploads);
    return { ...upload, urls: urlsOf(file) };
  },

  form: {
    field: 'attachment',
    // The field name of MaxIM's JavaScript clients 3.x.
    oldField: 'userfile',
    async handle({ app, principal, body: sent, now }) {
      if (sent.size === 0)
        throw new ChatError(ERROR.uploadFailed, 'attachment: the file is empty; expected at least 1 byte');
      const file = planAttachment(sent.name, mediaTypeOf(sent), 'form');
      await countUpload(app, principal, sent.size, now);
      const { unreadable } = await storeFile(file, Buffer.from(await sent.arrayBuffer()));
      count(METRIC.uploads);
      const urls = urlsOf(file);
      if (unreadable) {
        throw new ChatError(
          ERROR.unreadableImage,
          `${unreadable}. The file is stored without a thumbnail at ${urls[0]}`,
        );
      }
      return urls;
    },
  },
});

export const attachments: Section = {
  name: 'attachments',
  description: 'Images, audio, videos and other files. The body of a message contains the URL',
  routes: [attachment],
};
