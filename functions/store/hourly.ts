import { ENV, EXPIRES, PARTITION_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { dynamo, unlessRefused } from './dynamo.ts';

const table = requireEnv(ENV.connectionsTable);

const HOUR_MS = 60 * 60 * 1000;

/** What to add to a count of the current clock hour, and the limit of that count. */
export interface Addition {
  readonly amount: number;
  readonly limit: number;
}

/**
 * Adds to several counts of one clock hour, if all limits permit it.
 * @param name what is counted, for instance `uploads`
 * @param who the key of the user
 * @param now epoch ms
 * @returns undefined, or the minutes until the next hour when a limit does not permit it
 */
export async function countInHour(
  name: string,
  who: string,
  additions: Readonly<Record<string, Addition>>,
  now: number,
): Promise<number | undefined> {
  const hour = Math.floor(now / HOUR_MS);
  const end = (hour + 1) * HOUR_MS;
  const entries = Object.entries(additions);
  const isAllowed =
    entries.every(([, { amount, limit }]) => amount <= limit) &&
    (await unlessRefused(
      dynamo.update({
        TableName: table,
        Key: { [PARTITION_KEY]: `${name}#${hour}#${who}` },
        UpdateExpression: `ADD ${entries.map(([count]) => `#${count} :${count}`).join(', ')} SET #expires = :expires`,
        ConditionExpression: entries
          .map(([count]) => `(attribute_not_exists(#${count}) OR #${count} <= :${count}_room)`)
          .join(' AND '),
        ExpressionAttributeNames: {
          '#expires': EXPIRES,
          ...Object.fromEntries(entries.map(([count]) => [`#${count}`, count])),
        },
        ExpressionAttributeValues: {
          ':expires': end / 1000,
          ...Object.fromEntries(
            entries.flatMap(([count, { amount, limit }]) => [
              [`:${count}`, amount],
              [`:${count}_room`, limit - amount],
            ]),
          ),
        },
      }),
    ));
  return isAllowed ? undefined : Math.ceil((end - now) / 60_000);
}
