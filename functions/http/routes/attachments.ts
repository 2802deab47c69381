import * as z from 'zod/mini';
import { planAttachment, urlsOf } from '../../attachments/attachment.ts';
import { mediaType, mediaTypeOf } from '../../attachments/content-type.ts';
import { requestUpload, storeFile } from '../../attachments/storage.ts';
import { ChatError, ERROR } from '../../shared/errors.ts';
import { countUpload } from '../../store/uploads.ts';
import { everyone } from '../access.ts';
import { route, type Section } from '../route.ts';

const Announced = z.object({
  filename: z
    .string()
    .check(z.minLength(1), z.maxLength(255))
    .register(z.globalRegistry, { description: 'The name under which it is saved', examples: ['cat.jpg'] }),
  contentType: z.string().register(z.globalRegistry, { description: 'Its media type', examples: ['image/jpeg'] }),
  size: z
    .int()
    .check(z.minimum(1))
    .register(z.globalRegistry, { description: 'How many bytes it has', examples: [482113] }),
});

const Urls = z.array(z.string()).register(z.globalRegistry, {
  description: 'Where the file will be, and for a JPEG, PNG, GIF or WebP its thumbnail',
  examples: [['https://chat.example.com/attachments/images/q8Vt/cat.jpg']],
});

const Upload = z
  .object({
    url: z.string().register(z.globalRegistry, { description: 'Where to post the form' }),
    fields: z
      .record(z.string(), z.string())
      .register(z.globalRegistry, { description: 'The fields it has to have, before the field `file`' }),
    urls: Urls,
  })
  .register(z.globalRegistry, { id: 'Upload', description: 'How to upload the file within 15 minutes' });

const attachment = route({
  method: 'POST',
  path: '/attachment',
  summary: 'Prepare the upload of a file, or post one as a form',
  params: z.object({}),
  body: Announced,
  status: 200,
  response: z.union([Upload, Urls]),
  access: everyone,

  async handle({ app, principal, body: { filename, contentType, size }, now }) {
    const file = planAttachment(filename, mediaType(contentType), 'client');
    await countUpload(app, principal, size, now);
    return { ...(await requestUpload(file, size)), urls: urlsOf(file) };
  },

  form: {
    field: 'attachment',
    // MaxIM's JavaScript clients 3.x.
    oldField: 'userfile',
    async handle({ app, principal, body: sent, now }) {
      if (sent.size === 0) throw new ChatError(ERROR.uploadFailed, 'The file is empty');
      const file = planAttachment(sent.name, mediaTypeOf(sent), 'form');
      await countUpload(app, principal, sent.size, now);
      const { unreadable } = await storeFile(file, Buffer.from(await sent.arrayBuffer()));
      const urls = urlsOf(file);
      if (unreadable) {
        throw new ChatError(ERROR.unreadableImage, `${unreadable}. Without a thumbnail, the file is at ${urls[0]}`);
      }
      return urls;
    },
  },
});

/** How files are uploaded. */
export const attachments: Section = {
  name: 'attachments',
  description: 'Images, sounds, videos and other files; a message has the URL of one as its body',
  routes: [attachment],
};
