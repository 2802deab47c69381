import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { ENV, EXPIRES, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { Principal } from '../shared/principal.ts';
import { dynamo, itemOfRefusal } from './dynamo.ts';
import { subjectKey } from './keys.ts';

const table = requireEnv(ENV.messagesTable);

/** How long repetitions of a message are recognised, in seconds. */
const CLAIM_S = 24 * 60 * 60;

const Claimed = z.object({ id: z.object({ S: z.string() }) });

/**
 * Claims the client id of a message for a speaker. Costs one write unit.
 * @param id the message id of this request
 * @param now epoch ms
 * @returns the message id of the first request with that client id
 */
export async function claimMessageId(speaker: Principal, cid: string, id: string, now: number): Promise<string> {
  const seconds = Math.floor(now / 1000);
  try {
    await dynamo.send(
      new PutCommand({
        TableName: table,
        Item: {
          [PARTITION_KEY]: `${subjectKey(speaker)}#cids`,
          [SORT_KEY]: cid,
          id,
          [EXPIRES]: seconds + CLAIM_S,
        },
        // DynamoDB deletes expired items with a delay.
        ConditionExpression: 'attribute_not_exists(#pk) OR #expires <= :now',
        ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#expires': EXPIRES },
        ExpressionAttributeValues: { ':now': seconds },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return id;
  } catch (error) {
    const claimed = itemOfRefusal(error);
    if (!claimed) throw error;
    return Claimed.parse(claimed).id.S;
  }
}
