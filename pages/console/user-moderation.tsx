import { moderation, type Routes, users } from 'macaw-client/admin';
import { useState } from 'react';
import { ActionButton } from './confirm.tsx';
import { DeletionProgress } from './deletion.tsx';
import { ActionForm, Choice, Field } from './form.tsx';
import { useTexts } from './language.ts';
import { Facts, Panel, Time } from './layout.tsx';
import { periodEnd } from './period.ts';
import { useApplication } from './requests.ts';

interface UserModerationProps {
  readonly id: string;
  readonly ban: Routes['GET /ctx/:id/ban']['response'];
  readonly onChange: () => void;
}

/** What an operator does against a user: disconnect, ban, delete. */
export function UserModeration({ id, ban, onChange }: UserModerationProps) {
  const texts = useTexts();
  const application = useApplication();
  const requests = moderation(application);
  const [isDeleting, setDeleting] = useState(false);
  const setBan = (data: FormData) => {
    const until = periodEnd(data);
    const reason = String(data.get('reason')).trim();
    return requests.ban(id, { ...(until !== undefined && { until }), ...(reason !== '' && { reason }) }).then(onChange);
  };
  if (isDeleting) return <DeletionProgress id={id} />;
  return (
    <>
      <Panel title={texts.ban}>
        {ban.banned ? (
          <>
            <Facts
              facts={{
                [texts.state]: texts.banned,
                [texts.until]: ban.until === undefined ? texts.forEver : <Time at={ban.until} />,
                ...(ban.reason !== undefined && { [texts.reason]: ban.reason }),
              }}
            />
            <ActionButton label={texts.unban} action={() => requests.unban(id).then(onChange)} />
          </>
        ) : (
          <ActionForm className="inline" label={texts.ban} question={() => texts.banQuestion(id)} action={setBan}>
            <Choice name="period" label={texts.period} options={{ ...texts.periods, '': texts.forEver }} />
            <Field name="reason" label={texts.banReason} maxLength={256} />
          </ActionForm>
        )}
      </Panel>
      <Panel title={texts.dangerous}>
        <div className="actions">
          <ActionButton
            label={texts.disconnectAll}
            question={texts.disconnectQuestion(id)}
            action={() => users(application, id).disconnect().then(onChange)}
          />
        </div>
        <ActionForm
          className="inline"
          label={texts.deleteUser}
          question={() => texts.deleteUserQuestion(id)}
          action={(data) =>
            users(application, id)
              .remove(data.get('messages') === 'delete' ? 'delete' : 'anonymise')
              .then(() => setDeleting(true))
          }
        >
          <Choice name="messages" label={texts.messagesInGroups} options={texts.deletedMessages} />
        </ActionForm>
      </Panel>
    </>
  );
}
