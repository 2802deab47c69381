import type { Reply } from '../shared/http.ts';
import { escapeMarkup } from '../shared/query-protocol.ts';
import type { Outbox, Sent } from './outbox.ts';

const STYLE = `body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .5rem; border-bottom: 1px solid #ccc }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere } td:nth-child(2) { overflow-wrap: anywhere; max-width: 16rem }`;

/** Serves sent messages as a page or as JSON. Returns undefined for every other path. */
export function outboxPages(outbox: Outbox): (path: string) => Reply | undefined {
  return (path) => {
    switch (path.split('?')[0]) {
      case '/_outbox':
        return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: page(outbox.messages()) };
      case '/_outbox.json':
        return {
          status: 200,
          headers: { 'content-type': 'application/json', 'access-control-allow-origin': '*' },
          body: JSON.stringify(outbox.messages()),
        };
      default:
        return undefined;
    }
  };
}

function page(messages: readonly Sent[]): string {
  const rows = [...messages].reverse().map(row).join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="3"><title>Outbox</title><style>${STYLE}</style></head>
<body><h1>Outbox</h1><p>What SNS would have sent, the newest first. <a href="/_outbox.json">As JSON</a></p>
<table><tr><th>When</th><th>To</th><th>What</th></tr>
${rows}
</table>${rows ? '' : '<p>Nothing yet.</p>'}</body></html>`;
}

function row(sent: Sent): string {
  const cells =
    sent.kind === 'sms'
      ? [sent.phoneNumber, sent.text]
      : [`${sent.platform} ${sent.token}`, JSON.stringify(sent.payload, null, 2)];
  const [to = '', what = ''] = cells.map(escapeMarkup);
  return `<tr><td>${new Date(sent.at).toISOString()}</td><td>${to}</td><td><pre>${what}</pre></td></tr>`;
}
