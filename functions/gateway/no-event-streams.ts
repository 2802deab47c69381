/**
 * Replaces `@smithy/core/event-streams` in bundles, through an alias in lib/macaw-function.ts. Only calls that return
 * an event stream need its 15 KB, and the functions make none. The S3 client has such a call and imports these two
 * functions.
 */
export const resolveEventStreamSerdeConfig = <T>(config: T): T => config;
export const eventStreamSerdeProvider = undefined;
