import { FORM_BYTES, FORM_TOO_LONG } from '../functions/shared/constants.ts';
import { ERROR } from '../functions/shared/errors.ts';

// What runs at the edge before a request goes on, in CloudFront's own JavaScript
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
 * The WebSocket API has one path. Socket.IO's polling transport cannot be had on API Gateway; clients that try it are
 * told so in the words of an Engine.IO server.
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
    message: "Only the websocket transport is served here: connect with transports: ['websocket']",
  })}
}`;

/** A form that is too long for Lambda would be refused by API Gateway in words that no client knows. */
export const restRequest = () => `
function handler(event) {
  var request = event.request;
  var length = request.headers['content-length'];
  var type = request.headers['content-type'];
  if (!length || Number(length.value) <= ${FORM_BYTES} || !type || !/^multipart\\/form-data/i.test(type.value)) {
    return request;
  }${answer(413, 'Content Too Large', { errorCode: ERROR.fileTooLarge, errorMessage: FORM_TOO_LONG })}
}`;
