import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import * as z from 'zod';
import { AFTER, BEFORE } from '../../../functions/shared/webhook-events.ts';
import { examples, group, type Shell } from '../program.ts';
import { SERVER, serverOf } from '../server-of.ts';
import { table } from '../table.ts';
import { showMoment } from '../times.ts';

const Webhook = z.object({
  id: z.string(),
  url: z.optional(z.string()),
  events: z.array(z.string()),
  before: z.array(z.string()),
  onFailure: z.string(),
  enabled: z.boolean(),
  failures: z.array(z.object({ ts: z.number(), error: z.string() })),
});
const Added = z.object({ id: z.string(), secret: z.string() });
const Rotated = z.object({ secret: z.string(), previousUntil: z.number() });
const Tested = z.object({ success: z.boolean(), ms: z.number(), error: z.optional(z.string()) });

const APP = ['--app <id>', 'the application'] as const;

export function addWebhooks(program: CommandUnknownOpts, shell: Shell): void {
  const webhooks = group(program, 'webhooks', 'webhooks of an application');
  addList(webhooks, shell);
  addAdd(webhooks, shell);
  addRotateSecret(webhooks, shell);
  addTest(webhooks, shell);
  addRemove(webhooks, shell);
}

function addList(webhooks: CommandUnknownOpts, shell: Shell): void {
  webhooks
    .command('list')
    .summary('list the webhooks')
    .description('Lists the webhooks of an application, and the last failure of each.')
    .requiredOption(...APP)
    .option(...SERVER)
    .addHelpText('after', examples('webhooks list --app my-app'))
    .action(({ app, url }) =>
      shell.answer(async (deployment) => {
        const server = await serverOf({ app, url }, deployment, shell);
        const all = z.array(Webhook).parse(await server.ask('GET', '/webhooks'));
        const rows = all.map(({ id, url = 'event bus', events, before, enabled, failures: [failure] }) => [
          id,
          url,
          enabled ? [...events, ...before.map((name) => `before ${name}`)].join(', ') : 'disabled',
          failure ? `${showMoment(failure.ts)} ${failure.error}` : '',
        ]);
        return { text: all.length === 0 ? 'There are no webhooks' : table(rows), json: all };
      }),
    );
}

function addAdd(webhooks: CommandUnknownOpts, shell: Shell): void {
  webhooks
    .command('add')
    .summary('add a webhook')
    .description('Adds a webhook, and prints its secret. The secret is not shown again.')
    .requiredOption(...APP)
    .option(...SERVER)
    .option('--to <url>', 'where requests go (default: the event bus of the deployment)')
    .addOption(new Option('--event <types...>', 'events to receive').choices(AFTER))
    .addOption(new Option('--before <actions...>', 'what it decides on').choices(BEFORE))
    .addOption(
      new Option('--on-failure <outcome>', 'what happens if it does not decide (default: allow)').choices([
        'allow',
        'refuse',
      ]),
    )
    .addHelpText(
      'after',
      examples(
        'webhooks add --app my-app --to https://example.com/chat --event message.sent message.read',
        'webhooks add --app my-app --to https://example.com/moderate --before message --on-failure refuse',
      ),
    )
    .action(({ app, url, to, event, before, onFailure }) =>
      shell.answer(async (deployment) => {
        const server = await serverOf({ app, url }, deployment, shell);
        const body = { url: to, events: event, before, onFailure };
        const added = Added.parse(await server.ask('POST', '/webhooks', body));
        return { text: `id      ${added.id}\nsecret  ${added.secret}`, json: added };
      }),
    );
}

function addRotateSecret(webhooks: CommandUnknownOpts, shell: Shell): void {
  webhooks
    .command('rotate-secret')
    .summary('replace the secret of a webhook')
    .description('Replaces the secret, and prints the new one. Requests are also signed with the old one for a day.')
    .argument('<id>', 'the webhook')
    .requiredOption(...APP)
    .option(...SERVER)
    .addHelpText('after', examples('webhooks rotate-secret 0b6f5c9e-… --app my-app'))
    .action((id, { app, url }) =>
      shell.answer(async (deployment) => {
        const server = await serverOf({ app, url }, deployment, shell);
        const path = `/webhooks/${encodeURIComponent(id)}/secret`;
        const rotated = Rotated.parse(await server.ask('POST', path, {}));
        const until = showMoment(rotated.previousUntil);
        return { text: `secret  ${rotated.secret}\nThe old secret is valid until ${until}.`, json: rotated };
      }),
    );
}

function addTest(webhooks: CommandUnknownOpts, shell: Shell): void {
  webhooks
    .command('test')
    .summary('send a test event to a webhook')
    .description('Sends the event webhook.test to a webhook, and shows whether it accepted the event.')
    .argument('<id>', 'the webhook')
    .requiredOption(...APP)
    .option(...SERVER)
    .addHelpText('after', examples('webhooks test 0b6f5c9e-… --app my-app'))
    .action((id, { app, url }) =>
      shell.answer(async (deployment) => {
        const server = await serverOf({ app, url }, deployment, shell);
        const tested = Tested.parse(await server.ask('POST', `/webhooks/${encodeURIComponent(id)}/test`));
        const text = tested.success ? `Accepted after ${tested.ms} ms` : `Not accepted: ${tested.error}`;
        return { text, json: tested, failed: !tested.success };
      }),
    );
}

function addRemove(webhooks: CommandUnknownOpts, shell: Shell): void {
  webhooks
    .command('remove')
    .summary('remove a webhook')
    .description('Removes a webhook. Events that it did not accept are lost.')
    .argument('<id>', 'the webhook')
    .requiredOption(...APP)
    .option(...SERVER)
    .addHelpText('after', examples('webhooks remove 0b6f5c9e-… --app my-app'))
    .action((id, { app, url }) =>
      shell.answer(async (deployment) => {
        const server = await serverOf({ app, url }, deployment, shell);
        await server.ask('DELETE', `/webhooks/${encodeURIComponent(id)}`);
        return { text: `${id} removed`, json: { removed: id } };
      }),
    );
}
