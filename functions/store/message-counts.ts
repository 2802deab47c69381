import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { ENV, EXPIRES, PARTITION_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { Principal } from '../shared/principal.ts';
import { dynamo } from './dynamo.ts';
import { subjectKey } from './keys.ts';

const table = requireEnv(ENV.connectionsTable);

const Stored = z.looseObject({ messages: z.number() });

/** The number of messages of a user in one minute: on all their connections, and on one. */
export interface MessageCounts {
  readonly ofUser: number;
  readonly ofConnection: number;
}

/**
 * Adds to the message counts of a user and a connection.
 * @param minute minutes since the epoch
 * @returns the new counts of that minute
 */
export async function countMessages(
  speaker: Principal & { readonly connectionId: string },
  minute: number,
  messages: number,
): Promise<MessageCounts> {
  const { Attributes } = await dynamo.send(
    new UpdateCommand({
      TableName: table,
      Key: { [PARTITION_KEY]: `messages#${minute}#${subjectKey(speaker)}` },
      UpdateExpression: 'ADD messages :more, #connection :more SET #expires = :expires',
      ExpressionAttributeNames: { '#connection': speaker.connectionId, '#expires': EXPIRES },
      ExpressionAttributeValues: { ':more': messages, ':expires': (minute + 2) * 60 },
      ReturnValues: 'ALL_NEW',
    }),
  );
  const counts = Stored.parse(Attributes);
  return { ofUser: counts.messages, ofConnection: Number(counts[speaker.connectionId]) };
}
