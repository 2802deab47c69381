import { PRICE } from '../../lib/prices.ts';
import type { Entry } from '../../local/cloud.ts';
import type { Measured } from './operations.ts';
import { computing } from './prices.ts';

/** The billed units of one operation. */
export function bill({ entries, readUnits, writeUnits, posts, calls }: Measured['cost']) {
  const invocations = entries.filter((entry) => entry.service === 'invocation');
  const triggered = (start: string) => invocations.filter(({ trigger }) => trigger.startsWith(start)).length;
  const frames = posts + triggered('websocket $default');
  const requests = triggered('http');
  const puts = calls['s3:PutObject'] ?? 0;
  const gets = calls['s3:GetObject'] ?? 0;
  const dollars =
    frames * PRICE.webSocketMessage +
    requests * PRICE.httpRequest +
    invocations.length * PRICE.invocation +
    invocations.reduce((sum, { functionId }) => sum + computing(nameOf(functionId)), 0) +
    readUnits * PRICE.readUnit +
    writeUnits * PRICE.writeUnit +
    (calls['sns:Publish'] ?? 0) * PRICE.push +
    puts * PRICE.s3Put +
    gets * PRICE.s3Get;
  return { frames, invocations, dollars };
}

/** A logical id without the hash that the CDK appends. */
const nameOf = (functionId: string) => functionId.replace(/[0-9A-F]{8}$/, '');

/** The table for the documentation. */
export function table(measured: readonly Measured[]): string {
  const rows = measured.map(({ name, cost }) => {
    const { frames, invocations, dollars } = bill(cost);
    const { readUnits, writeUnits } = cost;
    const cells = [
      name,
      frames || '',
      listed(invocations.map(({ functionId }) => nameOf(functionId))),
      listed(cost.entries.flatMap(callOf)),
      `${readUnits} / ${writeUnits}`,
      (dollars * 1e6).toFixed(2),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| | frames | invocations | calls | read / write units | USD per million |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** Excludes posts and invocations, which have their own columns. */
const callOf = (entry: Entry) =>
  entry.service === 'invocation' || entry.service === 'execute-api' || entry.service === 'lambda'
    ? []
    : [entry.action.replace(/^\w+:/, '')];

/** Counts equal names: `2 GetItem, PutItem`. */
function listed(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .sort()
    .map(([name, count]) => (count > 1 ? `${count} ${name}` : name))
    .join(', ');
}
