import { moderation } from 'macaw-client/admin';
import { useCallback } from 'react';
import { useTexts } from './language.ts';
import { Facts, Panel, Show } from './layout.tsx';
import { useApplication, useLoaded } from './requests.ts';

/** How far the deletion of a user is. */
export function DeletionProgress({ id }: { id: string }) {
  const texts = useTexts();
  const application = useApplication();
  const loaded = useLoaded(useCallback(() => moderation(application).getDeletion(id), [application, id]));
  return (
    <Panel title={texts.deleteUser}>
      <Show loaded={loaded}>
        {({ state, counts }) => (
          <>
            <Facts
              facts={{
                [texts.state]: state === 'done' ? texts.deletionDone : texts.deletionRunning,
                [texts.messages]: counts.messages,
                [texts.conversations]: counts.conversations,
                [texts.groups]: counts.groups,
                [texts.rooms]: counts.rooms,
              }}
            />
            <button type="button" onClick={loaded.reload}>
              {texts.reload}
            </button>
          </>
        )}
      </Show>
    </Panel>
  );
}
