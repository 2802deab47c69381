import type { Section } from '../route.ts';
import { blocks } from './blocks.ts';
import { requests } from './requests.ts';
import { userSettings } from './user-settings.ts';

/** The routes of the function `relations`. */
export const relations: Section = {
  name: 'relations',
  description: 'Blocks, requests for friendships, invitations, and the settings of conversations and pushes of a user',
  routes: [...blocks, ...requests, ...userSettings],
};
