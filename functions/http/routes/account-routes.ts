import type { Section } from '../route.ts';
import { sessions } from './account-sessions.ts';
import { accountUsers } from './account-users.ts';
import { phones } from './phones.ts';

export const accounts: Section = {
  name: 'accounts',
  description: 'User accounts with passwords, phones and third-party logins',
  routes: [...accountUsers, ...sessions, ...phones],
};
