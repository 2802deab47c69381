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

/** All that the function `rest` serves. */
export const sections: readonly Section[] = [
  { name: 'users', description: 'What there is about a user', routes: users },
  { name: 'friends', description: 'Users who may talk, and see one another online', routes: friends },
  { name: 'strangers', description: 'Users who talked without being friends', routes: strangers },
  { name: 'groups', description: 'Up to 50 members and an owner, with a history', routes: groups },
  { name: 'rooms', description: 'Many members, no owner, no history', routes: rooms },
  { name: 'visitors', description: 'Guests of a site or app, whom its users talk with', routes: visitors },
  { name: 'system', description: 'What the application itself has to say', routes: systemMessages },
  { name: 'attributes', description: 'What the application knows of users, groups and rooms', routes: attributes },
  { name: 'search', description: 'Finding users, groups and rooms by their attributes', routes: searches },
];
