import { AuditLog } from './audit-log.tsx';
import { Flagged } from './flagged.tsx';
import { ActionForm, Field } from './form.tsx';
import { useTexts } from './language.ts';
import { Panel, View } from './layout.tsx';
import { go } from './route.ts';

/** Opens conversations, and shows who read which. */
export function Messages() {
  const texts = useTexts();
  const open = (view: 'user' | 'group') => async (data: FormData) =>
    go('messages', view, String(data.get('id')).trim());
  return (
    <View title={texts.messages}>
      <p className="notice">{texts.recorded}</p>
      <Panel title={texts.open}>
        <ActionForm className="inline" label={texts.showConversations} action={open('user')}>
          <Field name="id" label={texts.conversationsOf} required />
        </ActionForm>
        <ActionForm className="inline" label={texts.readHistory} action={open('group')}>
          <Field name="id" label={texts.groupId} required />
        </ActionForm>
      </Panel>
      <Flagged />
      <AuditLog />
    </View>
  );
}
