import type { Routes } from 'macaw-client/admin';
import { useCallback, useState } from 'react';
import { AFTER, BEFORE } from '../../functions/shared/webhook-events.ts';
import { ActionButton } from './confirm.tsx';
import { ActionForm, Check, Choice, Field } from './form.tsx';
import { useTexts } from './language.ts';
import { Panel, Show, Table, Time, View } from './layout.tsx';
import { useApplication, useLoaded } from './requests.ts';

type Webhook = Routes['GET /webhooks']['response'][number];

/** The webhooks of the application: what they receive and decide on, and what failed recently. */
export function Webhooks() {
  const texts = useTexts();
  const { call } = useApplication();
  const loaded = useLoaded(useCallback(() => call('GET /webhooks', {}), [call]));
  return (
    <View title={texts.webhooks}>
      <p className="muted">{texts.webhooksHint}</p>
      <Show loaded={loaded}>
        {(webhooks) => (
          <>
            {webhooks.length === 0 && <p className="muted">{texts.none}</p>}
            {webhooks.map((webhook) => (
              <Existing key={webhook.id} webhook={webhook} onChange={loaded.reload} />
            ))}
          </>
        )}
      </Show>
      <Add onDone={loaded.reload} />
    </View>
  );
}

function Existing({ webhook, onChange }: { webhook: Webhook; onChange: () => void }) {
  const texts = useTexts();
  const { call } = useApplication();
  const [tested, setTested] = useState<string>();
  const [secret, setSecret] = useState<string>();
  const { id, url = texts.eventBus, events, before, enabled, onFailure, failures } = webhook;
  const params = { id };
  const test = async () => {
    const { success, ms, error = '' } = await call('POST /webhooks/:id/test', { params });
    setTested(success ? texts.webhookAccepted(ms) : texts.failed(error));
    if (!success) onChange();
  };
  const rotate = async () => setSecret((await call('POST /webhooks/:id/secret', { params, body: {} })).secret);
  const change = (body: { enabled: boolean }) => call('PATCH /webhooks/:id', { params, body }).then(onChange);
  return (
    <Panel title={url}>
      <p>
        <span className="badge" data-good={enabled}>
          {enabled ? texts.webhookOn : texts.webhookOff}
        </span>{' '}
        {[...events, ...before.map((name) => texts.decidesOn[name])].join(', ')}
        {before.length > 0 && ` (${texts.onFailures[onFailure]})`}
      </p>
      <div className="row">
        <ActionButton label={texts.test} name={`${texts.test}: ${url}`} action={test} />
        <ActionButton
          label={enabled ? texts.turnOff : texts.turnOn}
          name={`${enabled ? texts.turnOff : texts.turnOn}: ${url}`}
          action={() => change({ enabled: !enabled })}
        />
        <ActionButton
          label={texts.newSecret}
          name={`${texts.newSecret}: ${url}`}
          question={texts.replaceSecret}
          action={rotate}
        />
        <ActionButton
          label={texts.removeIt}
          name={texts.remove(url)}
          question={texts.removeWebhook}
          action={() => call('DELETE /webhooks/:id', { params }).then(onChange)}
        />
        <p role="status">{tested}</p>
      </div>
      <Secret secret={secret} />
      {failures.length > 0 && (
        <Table
          title={texts.recentFailures}
          columns={[texts.time, texts.reason, texts.eventCount, texts.attempt]}
          rows={failures.map(({ ts, error, events, attempt }, n) => ({
            key: `${ts}-${n}`,
            cells: [<Time key="time" at={ts} />, error, events, attempt],
          }))}
        />
      )}
    </Panel>
  );
}

function Add({ onDone }: { onDone: () => void }) {
  const texts = useTexts();
  const { call } = useApplication();
  const [secret, setSecret] = useState<string>();
  const add = async (data: FormData) => {
    const url = String(data.get('url')).trim();
    const checked = <T extends string>(names: readonly T[]) => names.filter((name) => data.has(name));
    const body = {
      ...(url !== '' && { url }),
      events: checked(AFTER),
      before: checked(BEFORE),
      onFailure: data.get('onFailure') === 'refuse' ? ('refuse' as const) : ('allow' as const),
    };
    setSecret((await call('POST /webhooks', { body })).secret);
    onDone();
  };
  return (
    <Panel title={texts.addWebhook}>
      <ActionForm label={texts.add} done={texts.saved} action={add}>
        <Field name="url" label={texts.webhookUrl} type="url" hint={texts.webhookUrlHint} />
        <fieldset className="field wide">
          <legend>{texts.events}</legend>
          {AFTER.map((name) => (
            <Check key={name} name={name} label={name} />
          ))}
        </fieldset>
        <fieldset className="field wide">
          <legend>{texts.decisions}</legend>
          {BEFORE.map((name) => (
            <Check key={name} name={name} label={texts.decidesOn[name]} />
          ))}
        </fieldset>
        <Choice name="onFailure" label={texts.withoutDecision} options={texts.onFailures} />
      </ActionForm>
      <Secret secret={secret} />
    </Panel>
  );
}

function Secret({ secret }: { secret: string | undefined }) {
  const texts = useTexts();
  if (secret === undefined) return null;
  return (
    <p className="notice">
      {texts.webhookSecret} <code>{secret}</code>
    </p>
  );
}
