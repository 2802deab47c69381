import { DIRECTORY_INDEX, ENV, PARTITION_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import { dropFromIndex } from './attributes.ts';
import { membersOf, unknownCommunity } from './communities.ts';
import { type Community, memberKey } from './community-keys.ts';
import { dynamo, unlessRefused } from './dynamo.ts';
import { headKey } from './keys.ts';
import { MAX_WRITES, transact } from './transact.ts';

const table = requireEnv(ENV.coreTable);

/** Maximum duration of one deletion request in ms, enough for several thousand members. */
const DELETION_MS = 20_000;

/**
 * Deletes a community. First marks it as deleted, so that requests neither find nor join it. Then deletes the members,
 * and the mark last. A repeated request continues an interrupted deletion.
 * @returns the members before the deletion
 * @throws ChatError 5004 when it does not exist, 5005 when so many members remain that the request must be repeated
 */
export async function deleteCommunity(community: Community): Promise<string[]> {
  const marked = await unlessRefused(
    dynamo.update({
      TableName: table,
      Key: headKey(community),
      UpdateExpression: 'SET deleted = :true REMOVE #directory',
      ConditionExpression: 'attribute_exists(#pk)',
      ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#directory': DIRECTORY_INDEX.partition },
      ExpressionAttributeValues: { ':true': true },
    }),
  );
  if (!marked) throw unknownCommunity(community);
  await dropFromIndex(community);
  const until = Date.now() + DELETION_MS;
  const removed: string[] = [];
  for (;;) {
    const members = await membersOf(community, MAX_WRITES, { consistent: true });
    if (members.length === 0) break;
    if (Date.now() > until) throw unfinished(community);
    await transact(members.map((user) => ({ Delete: { TableName: table, Key: memberKey(community, user) } })));
    removed.push(...members);
  }
  await dynamo.delete({ TableName: table, Key: headKey(community) });
  return removed;
}

function unfinished({ kind, id }: Community): ChatError {
  return new ChatError(
    ERROR.conflict,
    `The deletion of ${kind} ${id} is incomplete, because it has too many members for one request; repeat the request`,
  );
}
