import type { Routes } from 'macaw-client/admin';
import { useCallback, useState } from 'react';
import { ActionForm, Choice, Field } from './form.tsx';
import { useTexts } from './language.ts';
import { Panel, Show, Table, Time, View } from './layout.tsx';
import { useApplication, useLoaded } from './requests.ts';

type Results = Routes['POST /2.0/push/test']['response']['results'];

const PLATFORMS = { apns: 'APNs', apns_sandbox: 'APNs Sandbox', fcm: 'FCM' } as const;

const isPlatform = (name: unknown): name is keyof typeof PLATFORMS => Object.hasOwn(PLATFORMS, String(name));

const isLocal = ['127.0.0.1', 'localhost'].includes(location.hostname);

/** The credentials of push services, and test pushes. */
export function Push() {
  const texts = useTexts();
  const { call } = useApplication();
  const loaded = useLoaded(useCallback(() => call('GET /2.0/push/credentials', {}), [call]));
  return (
    <View title={texts.push}>
      {isLocal && (
        <p className="notice">
          {texts.outboxHint} <a href="/_outbox">{texts.outbox}</a>
        </p>
      )}
      <Panel title={texts.credentials}>
        <Show loaded={loaded}>
          {(credentials) => (
            <Table
              title={texts.credentials}
              columns={[texts.platform, texts.kind, texts.bundle, texts.expires]}
              rows={credentials.map(({ platform, kind, bundle, expires }) => ({
                key: platform,
                cells: [
                  PLATFORMS[platform],
                  texts.credentialKinds[kind],
                  bundle,
                  <Expiry key="expires" at={expires} />,
                ],
              }))}
            />
          )}
        </Show>
      </Panel>
      <Upload onDone={loaded.reload} />
      <Test />
    </View>
  );
}

function Upload({ onDone }: { onDone: () => void }) {
  const texts = useTexts();
  const { call } = useApplication();
  const upload = async (data: FormData) => {
    const [platform, file] = [data.get('platform'), data.get('file')];
    if (!isPlatform(platform) || !(file instanceof File)) return;
    const optional = ['password', 'keyId', 'teamId', 'bundleId'].flatMap((name) => {
      const value = String(data.get(name)).trim();
      return value === '' ? [] : [[name, value]];
    });
    const body = { file: await base64(file), ...Object.fromEntries(optional) };
    await call('PUT /2.0/push/credentials/:platform', { params: { platform }, body });
    onDone();
  };
  return (
    <Panel title={texts.uploadCredentials}>
      <ActionForm label={texts.upload} done={texts.saved} action={upload}>
        <Choice name="platform" label={texts.platform} options={PLATFORMS} />
        <Field name="file" label={texts.file} type="file" accept=".p12,.p8,.json" required hint={texts.fileHint} />
        <Field name="password" label={texts.password} type="password" autoComplete="new-password" />
        <Field name="keyId" label={texts.keyId} />
        <Field name="teamId" label={texts.teamId} />
        <Field name="bundleId" label={texts.bundle} />
      </ActionForm>
    </Panel>
  );
}

function Test() {
  const texts = useTexts();
  const { call } = useApplication();
  const [results, setResults] = useState<Results>();
  const test = async (data: FormData) => {
    const body = { user: String(data.get('user')).trim(), text: String(data.get('text')) };
    setResults((await call('POST /2.0/push/test', { body })).results);
  };
  return (
    <Panel title={texts.testPush}>
      <ActionForm className="inline" label={texts.testPush} action={test}>
        <Field name="user" label={texts.userId} required />
        <Field name="text" label={texts.text} required defaultValue="Test" />
      </ActionForm>
      {results && (
        <Table
          title={texts.results}
          columns={[texts.installations, texts.result, texts.reason]}
          rows={results.map(({ installation, outcome, message }) => ({
            key: installation,
            cells: [
              installation,
              <span key="outcome" className="badge" data-good={outcome === 'sent'}>
                {texts.outcomes[outcome]}
              </span>,
              message,
            ],
          }))}
        />
      )}
    </Panel>
  );
}

const DAY_MS = 24 * 60 * 60 * 1000;
const SOON_DAYS = 30;

/** When credentials expire, marked if that is soon. */
export function Expiry({ at }: { at: string | undefined }) {
  const texts = useTexts();
  if (at === undefined) return texts.never;
  const days = Math.floor((Date.parse(at) - Date.now()) / DAY_MS);
  return (
    <>
      <Time at={Date.parse(at)} />{' '}
      <span className="badge" data-good={days > SOON_DAYS}>
        {texts.daysLeft(days)}
      </span>
    </>
  );
}

function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
