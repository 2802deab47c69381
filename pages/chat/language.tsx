import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { en, type Texts } from './texts/en.ts';
import { zh } from './texts/zh.ts';

const LANGUAGES = { en, zh };
export type Language = keyof typeof LANGUAGES;

interface Chosen {
  readonly language: Language;
  readonly texts: Texts;
  readonly setLanguage: (language: Language) => void;
}

const KEY = 'macaw-language';

/** The language chosen earlier, or that of the browser. */
function firstLanguage(): Language {
  const preferred = localStorage.getItem(KEY) ?? navigator.language;
  return preferred.startsWith('zh') ? 'zh' : 'en';
}

const Context = createContext<Chosen>({ language: 'en', texts: en, setLanguage: () => undefined });

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    localStorage.setItem(KEY, language);
  }, [language]);
  return <Context.Provider value={{ language, texts: LANGUAGES[language], setLanguage }}>{children}</Context.Provider>;
}

export const useLanguage = () => useContext(Context);
export const useTexts = () => useContext(Context).texts;

/** A switch to the other language. Its name is in that language. */
export function LanguageSwitch() {
  const { language, setLanguage } = useLanguage();
  const other = language === 'en' ? 'zh' : 'en';
  return (
    <button type="button" className="quiet" lang={other} onClick={() => setLanguage(other)}>
      {other === 'zh' ? '中文' : 'English'}
    </button>
  );
}
