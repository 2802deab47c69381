import type { Section } from '../route.ts';
import { bannedWords } from './banned-words.ts';
import { bans } from './bans.ts';
import { groupAdmins, mutes } from './community-roles.ts';
import { flagged } from './flagged.ts';
import { userDeletion } from './user-deletion.ts';

/** The routes of the function `moderation`. */
export const moderation: Section = {
  name: 'moderation',
  description: 'Disconnect, ban, mute and delete users; admins of groups; banned words',
  routes: [...bans, ...groupAdmins, ...mutes('group'), ...mutes('room'), ...userDeletion, ...bannedWords, ...flagged],
};
