import * as z from 'zod/mini';
import { ENV, EXPIRES, PARTITION_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { dynamo } from './dynamo.ts';

const table = requireEnv(ENV.connectionsTable);

const Stored = z.looseObject({ messages: z.number() });

/** The number of frames of a sender in one minute: on all their connections, and on one. */
export interface FrameCounts {
  readonly ofSender: number;
  readonly ofConnection: number;
}

/**
 * Adds to the frame counts of a sender and of a connection.
 * @param sender the key of a user or visitor, or of a connection without a login
 * @param minute minutes since the epoch
 * @returns the new counts of that minute
 */
export async function countFrames(
  sender: string,
  connectionId: string,
  minute: number,
  { ofSender, ofConnection }: FrameCounts,
): Promise<FrameCounts> {
  const { Attributes } = await dynamo.update({
    TableName: table,
    Key: { [PARTITION_KEY]: `messages#${minute}#${sender}` },
    UpdateExpression: 'ADD messages :ofSender, #connection :ofConnection SET #expires = :expires',
    ExpressionAttributeNames: { '#connection': connectionId, '#expires': EXPIRES },
    ExpressionAttributeValues: {
      ':ofSender': ofSender,
      ':ofConnection': ofConnection,
      ':expires': (minute + 2) * 60,
    },
    ReturnValues: 'ALL_NEW',
  });
  const counts = Stored.parse(Attributes);
  return { ofSender: counts.messages, ofConnection: Number(counts[connectionId]) };
}
