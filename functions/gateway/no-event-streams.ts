/**
 * What bundles hold in place of `@smithy/core/event-streams` (an alias in lib/macaw-function.ts): 15 KB that only calls whose
 * answer is a stream of events need, and none is made here. S3's client, which has such a call, asks for two of its functions.
 */
export const resolveEventStreamSerdeConfig = <T>(config: T): T => config;
export const eventStreamSerdeProvider = undefined;
