import type { Section } from '../route.ts';
import { audit } from './audit-log.ts';
import { devices } from './devices.ts';
import { settings } from './settings.ts';
import { statistics } from './statistics.ts';
import { webhooks } from './webhooks.ts';

/** The endpoints for administration: only the master key has access, also in open mode. */
export const administration: Section = {
  name: 'administration',
  description: 'Statistics, settings, webhooks and the audit log of the application (master key)',
  routes: [...statistics, ...settings, audit, devices, ...webhooks],
};
