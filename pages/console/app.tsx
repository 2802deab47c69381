import { type ComponentType, useEffect } from 'react';
import { Broadcast } from './broadcast.tsx';
import { Communities } from './communities.tsx';
import { Community } from './community.tsx';
import { Conversation } from './conversation.tsx';
import { LanguageSwitch, useTexts } from './language.ts';
import { Messages } from './messages.tsx';
import { Overview } from './overview.tsx';
import { Push } from './push.tsx';
import { ApplicationContext } from './requests.ts';
import { href, useRoute } from './route.ts';
import { useSession } from './session.ts';
import { Settings } from './settings.tsx';
import { SignIn } from './sign-in.tsx';
import { User } from './user.tsx';
import { Users } from './users.tsx';
import { Webhooks } from './webhooks.tsx';

/** The main views, in the order of the navigation. */
const VIEWS = {
  overview: Overview,
  users: Users,
  groups: () => <Communities kind="group" />,
  rooms: () => <Communities kind="room" />,
  messages: Messages,
  broadcast: Broadcast,
  push: Push,
  webhooks: Webhooks,
  settings: Settings,
} satisfies Record<string, ComponentType>;

type ViewName = keyof typeof VIEWS;
const NAMES = Object.keys(VIEWS).filter(isView);

function isView(name: string): name is ViewName {
  return Object.hasOwn(VIEWS, name);
}

export function App() {
  const { application, signIn, signOut } = useSession();
  const [name = '', ...parts] = useRoute();
  const view = isView(name) ? name : 'overview';
  if (!application) return <SignIn signIn={signIn} />;
  return (
    <ApplicationContext value={application}>
      <div className="console">
        <Navigation app={application.app} current={view} onSignOut={signOut} />
        <main>
          <View key={[view, ...parts].join('/')} view={view} parts={parts} />
        </main>
      </div>
    </ApplicationContext>
  );
}

function View({ view, parts: [first, ...others] }: { view: ViewName; parts: string[] }) {
  if (first !== undefined) {
    if (view === 'users') return <User id={first} />;
    if (view === 'groups') return <Community kind="group" id={first} />;
    if (view === 'rooms') return <Community kind="room" id={first} />;
    if (view === 'messages') return <Conversation type={first} ids={others} />;
  }
  const Main = VIEWS[view];
  return <Main />;
}

interface NavigationProps {
  readonly app: string;
  readonly current: ViewName;
  readonly onSignOut: () => void;
}

function Navigation({ app, current, onSignOut }: NavigationProps) {
  const texts = useTexts();
  useEffect(() => {
    // On a phone, the links are in one line that scrolls.
    document.querySelector('nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  });
  return (
    <header className="side">
      <p className="brand">
        Macaw <span className="muted">{app}</span>
      </p>
      <nav aria-label={texts.views}>
        <ul>
          {NAMES.map((name) => (
            <li key={name}>
              <a href={href(name)} aria-current={name === current ? 'page' : undefined}>
                {texts[name]}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div className="row">
        <LanguageSwitch />
        <button type="button" className="quiet" onClick={onSignOut}>
          {texts.signOut}
        </button>
      </div>
    </header>
  );
}
