import { FORM_BYTES, FORM_TOO_LONG } from '../functions/shared/constants.ts';
import { ERROR } from '../functions/shared/errors.ts';

// CloudFront Functions for viewer requests, in the CloudFront JavaScript runtime
// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html).

/** A response of a function. `cors` is an expression for the headers that let pages of other sites read it. */
const answer = (status: number, description: string, body: object, cors: string) => `
  return {
    statusCode: ${status},
    statusDescription: '${description}',
    headers: Object.assign({ 'content-type': { value: 'application/json' } }, ${cors}),
    body: { encoding: 'text', data: ${JSON.stringify(JSON.stringify(body))} },
  };`;

const ANY_SITE = "{ 'access-control-allow-origin': { value: '*' } }";

/** The ids of the origins that serve the realtime channel. */
export const ORIGIN = { webSocket: 'WebSocket', polling: 'Polling' };

/** A path of the realtime channel. Its default origin is the one of long-polling, and for all others the WebSocket API. */
export const PATH_WITHOUT_SLASH = '/socket.io';

/**
 * Selects the API by transport. The WebSocket API has only one path, so the function rewrites it. Other requests get
 * the error of an Engine.IO server. Old Socket.IO clients send credentials in browsers, which excludes `*`.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/helper-functions-origin-modification.html
 */
export const realtimeRequest = () => `import cf from 'cloudfront';

function handler(event) {
  const request = event.request;
  const transport = request.querystring.transport;
  const withSlash = request.uri !== '${PATH_WITHOUT_SLASH}';
  if (transport && transport.value === 'websocket') {
    if (!withSlash) cf.selectRequestOriginById('${ORIGIN.webSocket}');
    request.uri = '/';
    return request;
  }
  if (transport && transport.value === 'polling') {
    if (withSlash) cf.selectRequestOriginById('${ORIGIN.polling}');
    return request;
  }
  const site = request.headers.origin;
  const cors = site
    ? {
        'access-control-allow-origin': { value: site.value },
        'access-control-allow-credentials': { value: 'true' },
        vary: { value: 'Origin' },
      }
    : ${ANY_SITE};${answer(400, 'Bad Request', { code: 0, message: 'Transport unknown' }, 'cors')}
}`;

/** Rejects forms that exceed Lambda's payload limit. API Gateway's own error has a format that clients do not parse. */
export const restRequest = () => `
function handler(event) {
  var request = event.request;
  var length = request.headers['content-length'];
  var type = request.headers['content-type'];
  if (!length || Number(length.value) <= ${FORM_BYTES} || !type || !/^multipart\\/form-data/i.test(type.value)) {
    return request;
  }${answer(413, 'Content Too Large', { errorCode: ERROR.fileTooLarge, errorMessage: FORM_TOO_LONG }, ANY_SITE)}
}`;
