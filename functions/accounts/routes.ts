import type { Section } from '../rest/route.ts';
import { phones } from './phones.ts';
import { sessions } from './sessions.ts';
import { users } from './users.ts';

/** Who people are, and how they show it. */
export const accounts: Section = {
  name: 'accounts',
  description: 'Accounts of users, with passwords, phones and third-party logins',
  routes: [...users, ...sessions, ...phones],
};
