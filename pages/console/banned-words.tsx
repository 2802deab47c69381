import { moderation } from 'macaw-client/admin';
import { useCallback } from 'react';
import { ActionForm, TextField } from './form.tsx';
import { useTexts } from './language.ts';
import { Panel, Show } from './layout.tsx';
import { useApplication, useLoaded } from './requests.ts';

const ACTIONS = ['refuse', 'mask', 'flag'] as const;

/** The words that an application does not allow, by what happens to a message with them. */
export function BannedWords() {
  const texts = useTexts();
  const application = useApplication();
  const loaded = useLoaded(useCallback(() => moderation(application).words(), [application]));
  const save = (data: FormData) => {
    const words = ACTIONS.flatMap((action) =>
      String(data.get(action))
        .split('\n')
        .map((line) => line.trim())
        .filter((word) => word !== '')
        .map((word) => ({ word, action })),
    );
    return moderation(application).setWords(words).then(loaded.reload);
  };
  return (
    <Panel title={texts.bannedWords}>
      <p className="muted">{texts.bannedWordsHint}</p>
      <Show loaded={loaded}>
        {({ words }) => (
          <ActionForm label={texts.save} done={texts.saved} action={save}>
            {ACTIONS.map((action) => (
              <TextField
                key={action}
                name={action}
                label={texts.wordActions[action]}
                defaultValue={words
                  .filter((banned) => banned.action === action)
                  .map(({ word }) => word)
                  .join('\n')}
              />
            ))}
          </ActionForm>
        )}
      </Show>
    </Panel>
  );
}
