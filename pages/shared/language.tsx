import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';

export type Language = 'en' | 'zh';

interface Chosen<Texts> {
  readonly language: Language;
  readonly texts: Texts;
  readonly setLanguage: (language: Language) => void;
}

const KEY = 'macaw-language';

/** The language chosen earlier on any page, or that of the browser. */
function firstLanguage(): Language {
  const preferred = localStorage.getItem(KEY) ?? navigator.language;
  return preferred.startsWith('zh') ? 'zh' : 'en';
}

/** Makes the components and hooks of a page with texts in several languages. */
export function createLanguages<Texts>(languages: Readonly<Record<Language, Texts>>) {
  const Context = createContext<Chosen<Texts>>({ language: 'en', texts: languages.en, setLanguage: () => undefined });
  const useLanguage = () => useContext(Context);

  function LanguageProvider({ children }: { children: ReactNode }) {
    const [language, setLanguage] = useState(firstLanguage);
    useEffect(() => {
      document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
      localStorage.setItem(KEY, language);
    }, [language]);
    return (
      <Context.Provider value={{ language, texts: languages[language], setLanguage }}>{children}</Context.Provider>
    );
  }

  /** A switch to the other language. Its name is in that language. */
  function LanguageSwitch() {
    const { language, setLanguage } = useLanguage();
    const other = language === 'en' ? 'zh' : 'en';
    return (
      <button type="button" className="quiet" lang={other} onClick={() => setLanguage(other)}>
        {other === 'zh' ? '中文' : 'English'}
      </button>
    );
  }

  return { LanguageProvider, LanguageSwitch, useLanguage, useTexts: () => useLanguage().texts };
}
