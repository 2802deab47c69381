export { type ClientEvents, type ClientOptions, createClient, Macaw } from './client.ts';
export type {
  Conversation,
  ConversationChange,
  HistoryOptions,
  Outgoing,
  SendOptions,
} from './conversation.ts';
export type { Credentials, Identity, Token, Visitor } from './credentials.ts';
export { ErrorCode, MacawError } from './errors.ts';
export type * from './generated/routes.ts';
export type { Status } from './machine.ts';
export type {
  ConversationState,
  Kind,
  Location,
  Media,
  Mentions,
  Message,
  Push,
  State,
  SystemMessage,
} from './model.ts';
export type { AppState } from './platform.ts';
export type { Call, Input, Result, Route } from './rest.ts';
export type { SignalInfo } from './signals.ts';
export { asyncStorage, memoryStorage, type OutboxStorage, textStorage } from './storage.ts';
export type { Store } from './store.ts';
export { type NativeFile, thumbnailOf, type Uploaded, type UploadFile, type UploadOptions } from './upload.ts';
