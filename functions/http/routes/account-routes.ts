import type { Section } from '../route.ts';
import { sessions } from './account-sessions.ts';
import { accountUsers } from './account-users.ts';
import { phones } from './phones.ts';
import { openSessionRoutes } from './sessions.ts';
import { tokens } from './tokens.ts';

export const accounts: Section = {
  name: 'accounts',
  description: 'Accounts of users, with passwords, phones and third-party logins',
  routes: [...accountUsers, ...sessions, ...openSessionRoutes, ...phones, ...tokens],
};
