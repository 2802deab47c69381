import '../shared/base.css';
import './console.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { LanguageProvider } from './language.ts';

const page = document.getElementById('page');
if (!page) throw new Error('index.html has no element with the id "page"');

createRoot(page).render(
  <LanguageProvider>
    <App />
  </LanguageProvider>,
);
