import { MacawProvider } from 'macaw-client/react';
import { useEffect, useState } from 'react';
import { Chat } from './chat.tsx';
import type { Configuration } from './configuration.ts';
import { GroupsProvider } from './groups.tsx';
import { useTexts } from './language.ts';
import { useSession } from './session.ts';
import { SignIn } from './sign-in.tsx';

/** Loads the configuration, then shows the page. */
export function App({ configuration }: { configuration: Promise<Configuration> }) {
  const texts = useTexts();
  const [loaded, setLoaded] = useState<Configuration>();
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    configuration.then(setLoaded, () => setFailed(true));
  }, [configuration]);
  if (loaded) return <Page configuration={loaded} />;
  return (
    <main className="start" aria-busy={!hasFailed}>
      <p role={hasFailed ? 'alert' : 'status'}>{hasFailed ? texts.noConfiguration : texts.loading}</p>
    </main>
  );
}

function Page({ configuration }: { configuration: Configuration }) {
  const { client, signOut, ...signIn } = useSession(configuration);
  if (!client) return <SignIn mode={configuration.mode} {...signIn} />;
  return (
    <MacawProvider client={client}>
      <GroupsProvider>
        <Chat onSignOut={signOut} />
      </GroupsProvider>
    </MacawProvider>
  );
}
