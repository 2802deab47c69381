import type { Section } from '../route.ts';
import { attributes } from './attributes.ts';
import { friends } from './friends.ts';
import { groups } from './groups.ts';
import { rooms } from './rooms.ts';
import { searches } from './search.ts';
import { strangers } from './strangers.ts';
import { systemMessages } from './system.ts';
import { users } from './users.ts';
import { visitors } from './visitors.ts';

/** The routes of the function `rest`. */
export const sections: readonly Section[] = [
  { name: 'users', description: 'Data of a user', routes: users },
  { name: 'friends', description: 'Users who can chat and see the online status of each other', routes: friends },
  { name: 'strangers', description: 'Users who exchanged messages without a friendship', routes: strangers },
  { name: 'groups', description: 'Up to 50 members and an owner, with a message history', routes: groups },
  { name: 'rooms', description: 'Many members, without an owner and without a history', routes: rooms },
  { name: 'visitors', description: 'Guests of a site or app who chat with its users', routes: visitors },
  { name: 'system', description: 'Messages from the application', routes: systemMessages },
  {
    name: 'attributes',
    description: 'Data that the application stores about users, groups and rooms',
    routes: attributes,
  },
  { name: 'search', description: 'Search for users, groups and rooms by their attributes', routes: searches },
];
