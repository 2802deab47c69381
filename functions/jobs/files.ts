import * as z from 'zod/mini';

/** Where a file is to be stored, and as what it is to be served. */
const file = {
  key: z.string(),
  contentType: z.string(),
  contentDisposition: z.string(),
};

const Presign = z.object({ task: z.literal('presign'), ...file, size: z.int() });
const Store = z.object({ task: z.literal('store'), ...file, base64: z.string(), thumbnail: z.optional(z.string()) });

/** What the function that has the bucket can be asked to do. */
export const Task = z.discriminatedUnion('task', [Presign, Store]);

export type Presign = z.output<typeof Presign>;
export type Store = z.output<typeof Store>;

/** Where a client posts a form to, and the fields that it has to have before the file. */
export const Presigned = z.object({
  url: z.string(),
  fields: z.record(z.string(), z.string()),
});

/** What came of storing: the file is there in any case; why it has no thumbnail, if it was to have one. */
export const Stored = z.object({ unreadable: z.optional(z.string()) });
