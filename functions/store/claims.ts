import * as z from 'zod/mini';
import { ENV, EXPIRES, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { Principal } from '../shared/principal.ts';
import { dynamo, itemOfRefusal } from './dynamo.ts';
import { subjectKey } from './keys.ts';

const table = requireEnv(ENV.messagesTable);

/** How long repetitions of a message are recognised, in seconds. */
const CLAIM_S = 24 * 60 * 60;

const Claimed = z.object({ id: z.object({ S: z.string() }), to: z.optional(z.object({ S: z.string() })) });

/** The result of a claim. */
export interface Claim {
  /** The message id of the first request with the client id. */
  readonly id: string;
  /** Whether another request was first: for the same receiver, or for another one. */
  readonly first: 'this' | 'same receiver' | 'other receiver';
}

/**
 * Claims the client id of a message for a speaker. Costs one write unit.
 * @param message the id and receiver of the message in this request; `instead` of an earlier claim, if there is one
 * @param now epoch ms
 */
export async function claimMessageId(
  speaker: Principal,
  cid: string,
  { id, to, instead = '' }: { id: string; to: string; instead?: string },
  now: number,
): Promise<Claim> {
  const seconds = Math.floor(now / 1000);
  try {
    await dynamo.put({
      TableName: table,
      Item: {
        [PARTITION_KEY]: `${subjectKey(speaker)}#cids`,
        [SORT_KEY]: cid,
        id,
        to,
        [EXPIRES]: seconds + CLAIM_S,
      },
      // DynamoDB deletes expired items with a delay.
      ConditionExpression: 'attribute_not_exists(#pk) OR #expires <= :now OR id = :instead',
      ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#expires': EXPIRES },
      ExpressionAttributeValues: { ':now': seconds, ':instead': instead },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return { id, first: 'this' };
  } catch (error) {
    const claimed = itemOfRefusal(error);
    if (!claimed) throw error;
    const before = Claimed.parse(claimed);
    // The SDK repeats a write whose response was lost.
    if (before.id.S === id) return { id, first: 'this' };
    const isSame = before.to === undefined || before.to.S === to;
    return { id: before.id.S, first: isSame ? 'same receiver' : 'other receiver' };
  }
}
