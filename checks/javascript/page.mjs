// One user in a page. The check calls `startUser`, and binds `tell` before.
import { io } from './socket.io.mjs';
import { connectUser } from './user.mjs';

addEventListener('securitypolicyviolation', ({ blockedURI, violatedDirective }) => {
  console.error(`The policy blocked ${blockedURI} (${violatedDirective})`);
});
window.startUser = (place, url, credentials, options) => {
  window.user = connectUser(io, place, url, credentials, options, window.tell);
};
