import type { RelationRequest } from 'macaw-client';
import { useMacaw, useRequests } from 'macaw-client/react';
import { requests } from 'macaw-client/resources';
import { useTask } from '../shared/task.ts';
import { Avatar } from './avatar.tsx';
import { useTexts } from './language.ts';

/** The open requests for friendships and invitations to groups, with the buttons to answer them. */
export function Requests() {
  const texts = useTexts();
  const open = useRequests();
  if (open.length === 0) return null;
  return (
    <section aria-labelledby="requests">
      <h2 id="requests" className="muted hint">
        {texts.requests}
      </h2>
      <ul>
        {open.map((request) => (
          <Request key={`${request.from} ${request.gid}`} request={request} />
        ))}
      </ul>
    </section>
  );
}

function Request({ request }: { request: RelationRequest }) {
  const texts = useTexts();
  const client = useMacaw();
  const { run, isBusy, error } = useTask((accept: boolean) => requests(client).answer(request, accept));
  const { from, gid } = request;
  return (
    <li className="request">
      <Avatar id={from} isOnline={undefined} />
      <span className="entry-text">{gid === undefined ? texts.asks(from) : texts.invites(from)}</span>
      <button type="button" disabled={isBusy} onClick={() => run(true)}>
        {texts.accept}
      </button>
      <button type="button" className="quiet" disabled={isBusy} onClick={() => run(false)}>
        {texts.decline}
      </button>
      <p role="alert" className="error">
        {error && texts.failed(error)}
      </p>
    </li>
  );
}
