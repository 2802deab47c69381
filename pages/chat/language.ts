import { createLanguages } from '../shared/language.tsx';
import { en } from './texts/en.ts';
import { zh } from './texts/zh.ts';

export const { LanguageProvider, LanguageSwitch, useLanguage, useTexts } = createLanguages({ en, zh });
