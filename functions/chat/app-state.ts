import { ChatError, ERROR } from '../shared/errors.ts';
import { setBackground } from '../store/devices.ts';
import type { Speaker } from './say.ts';

/**
 * Notes that the app on a device went to the background, or came back. While all devices of a user are in the background,
 * messages are pushed to them, too: the system may have suspended the app without closing its connection.
 * @throws ChatError 5003 when the connection is not registered, or not any more
 */
export async function changeState(device: Speaker, state: 'background' | 'foreground'): Promise<void> {
  const { connectionId, ...principal } = device;
  if (await setBackground(principal, connectionId, state === 'background')) return;
  throw new ChatError(ERROR.notAuthorised, `This connection is not logged in; join /chat before you send ${state}`);
}
