import * as z from 'zod/mini';

/** The storage key and the response headers of a file. */
const file = {
  key: z.string(),
  contentType: z.string(),
  contentDisposition: z.string(),
};

const Presign = z.object({ task: z.literal('presign'), ...file, size: z.int() });
const Store = z.object({ task: z.literal('store'), ...file, base64: z.string(), thumbnail: z.optional(z.string()) });

/** The tasks of the function with access to the bucket. */
export const Task = z.discriminatedUnion('task', [Presign, Store]);

export type Presign = z.output<typeof Presign>;
export type Store = z.output<typeof Store>;

/** The request with which a client uploads its file. */
export const Presigned = z.object({
  method: z.literal('PUT'),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
});

/** The result of a stored file. The field `unreadable` is the reason for a missing thumbnail. */
export const Stored = z.object({ unreadable: z.optional(z.string()) });
