import { useState } from 'react';
import { ActionButton } from './confirm.tsx';
import { ActionForm, TextField } from './form.tsx';
import { useTexts } from './language.ts';
import { Panel } from './layout.tsx';
import { useApplication } from './requests.ts';

/** How long a token is valid. */
const SECONDS = 60 * 60;

/** Issues a token for a user, with which the chat page opens as this user. */
export function TokenPanel({ id }: { id: string }) {
  const texts = useTexts();
  const application = useApplication();
  const [created, setCreated] = useState<{ token: string; hasChat: boolean }>();
  const create = async () => {
    const { token } = await application.createToken(id, { expiresIn: SECONDS });
    // Only some stages serve the chat page.
    const { ok: hasChat } = await fetch('/chat', { method: 'HEAD' });
    setCreated({ token, hasChat });
  };
  return (
    <Panel title={texts.token}>
      <p className="muted">{texts.tokenHint}</p>
      <ActionForm label={texts.createToken} action={create}>
        {created && (
          <>
            <TextField label={texts.tokenOf(id)} className="code" readOnly value={created.token} />
            <div className="row">
              <ActionButton label={texts.copy} action={() => navigator.clipboard.writeText(created.token)} />
              {created.hasChat && (
                <a
                  className="button"
                  href={`/chat#${new URLSearchParams({ token: created.token, app: application.app })}`}
                  target="_blank"
                  rel="noreferrer"
                >
                  {texts.openChat(id)}
                </a>
              )}
            </div>
          </>
        )}
      </ActionForm>
    </Panel>
  );
}
