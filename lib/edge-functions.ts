import { FORM_BYTES, FORM_TOO_LONG } from '../functions/shared/constants.ts';
import { ERROR } from '../functions/shared/errors.ts';

// CloudFront Functions for viewer requests, in the CloudFront JavaScript runtime
// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html).

const answer = (status: number, description: string, body: object) => `
  return {
    statusCode: ${status},
    statusDescription: '${description}',
    headers: {
      'content-type': { value: 'application/json' },
      'access-control-allow-origin': { value: '*' },
    },
    body: { encoding: 'text', data: ${JSON.stringify(JSON.stringify(body))} },
  };`;

/**
 * Rewrites the path, because the WebSocket API has only one. API Gateway cannot serve Socket.IO's polling transport.
 * Polling clients get the error format of an Engine.IO server.
 */
export const realtimeRequest = () => `
function handler(event) {
  var request = event.request;
  var transport = request.querystring.transport;
  if (transport && transport.value === 'websocket') {
    request.uri = '/';
    return request;
  }${answer(400, 'Bad Request', {
    code: 0,
    message: "Only the websocket transport is supported. Connect with transports: ['websocket']",
  })}
}`;

/** Rejects forms that exceed Lambda's payload limit. API Gateway's own error has a format that clients do not parse. */
export const restRequest = () => `
function handler(event) {
  var request = event.request;
  var length = request.headers['content-length'];
  var type = request.headers['content-type'];
  if (!length || Number(length.value) <= ${FORM_BYTES} || !type || !/^multipart\\/form-data/i.test(type.value)) {
    return request;
  }${answer(413, 'Content Too Large', { errorCode: ERROR.fileTooLarge, errorMessage: FORM_TOO_LONG })}
}`;
