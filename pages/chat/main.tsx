import '../shared/base.css';
import './chat.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { loadConfiguration } from './configuration.ts';
import { LanguageProvider } from './language.ts';

const page = document.getElementById('page');
if (!page) throw new Error('index.html has no element with the id "page"');

createRoot(page).render(
  <LanguageProvider>
    <App configuration={loadConfiguration()} />
  </LanguageProvider>,
);
