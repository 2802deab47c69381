// Generated from the schemas of the server by `npm run docs:client`. Do not edit.

/** Codes of the realtime channel and of the chat endpoints. */
export const ChatErrorCode = {
  badParameter: 5001,
  database: 5002,
  notAuthorised: 5003,
  notFound: 5004,
  conflict: 5005,
  storage: 5006,
  unreadableImage: 5007,
  memberLimit: 5008,
  unsupported: 5009,
  tooLong: 5010,
  fileTooLarge: 5011,
  uploadFailed: 5012,
  badQuery: 5018,
} as const;

/** Codes of the account endpoints, below `/2.0`. */
export const AccountErrorCode = {
  failed: 1,
  notFound: 101,
  badParameter: 107,
  unsupported: 108,
  tooLong: 116,
  forbidden: 119,
  badEmail: 125,
  badPhone: 127,
  tooManyRequests: 155,
  usernameMissing: 200,
  passwordMissing: 201,
  usernameTaken: 202,
  emailTaken: 203,
  loginTaken: 208,
  notLoggedIn: 209,
  phoneTaken: 214,
  loginRefused: 251,
  platformNotOffered: 252,
  providerFailed: 253,
  notAuthorised: 401,
  tooManyCodes: 601,
  codeNotSent: 602,
  badCode: 603,
} as const;

/** The numbers of the kinds of conversations on the wire. */
export const TYPE = { friend: 0, group: 1, room: 2, visitor: 3, stranger: 4 } as const;
