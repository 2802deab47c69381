import { asList, isObject, type JsonObject } from '../shared/json.ts';
import { arn } from '../template/names.ts';

/** An action on a resource, as IAM names them. */
export interface Access {
  action: string;
  resource: string;
}

/** IAM authorizes a transaction by its single operations. The transaction itself has no action. */
const TRANSACTION_ACTIONS: Record<string, string> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
};

/** PartiQL operations. The table names are in statements, which are not parsed. */
export const UNSUPPORTED = new Set(['ExecuteStatement', 'BatchExecuteStatement', 'ExecuteTransaction']);

/** All actions and resources that a request needs. */
export function accessesOf(operation: string, input: JsonObject): Access[] {
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') {
    const tables = isObject(input.RequestItems) ? Object.keys(input.RequestItems) : [];
    return tables.map((table) => access(operation, table));
  }
  if (operation === 'TransactWriteItems' || operation === 'TransactGetItems') {
    const items = Array.isArray(input.TransactItems) ? input.TransactItems : [];
    const accesses = items.filter(isObject).flatMap((item) =>
      Object.entries(item).flatMap(([kind, details]) => {
        const action = Object.hasOwn(TRANSACTION_ACTIONS, kind) ? TRANSACTION_ACTIONS[kind] : undefined;
        return action && isObject(details) ? [access(action, String(details.TableName))] : [];
      }),
    );
    return unique(accesses);
  }
  const tables = asList(input.TableName).map(String);
  if (tables.length === 0) return [{ action: `dynamodb:${operation}`, resource: '*' }];
  return tables.map((table) =>
    access(operation, table, typeof input.IndexName === 'string' ? input.IndexName : undefined),
  );
}

/** The tables of a request, for the log. */
export function tablesOf(accesses: readonly Access[]): string {
  return [...new Set(accesses.map(({ resource }) => resource.replace(/^.*:table\//, '')))].join(', ');
}

function access(operation: string, table: string, index?: string): Access {
  const tableArn = table.startsWith('arn:') ? table : arn('dynamodb', `table/${table}`);
  return { action: `dynamodb:${operation}`, resource: index ? `${tableArn}/index/${index}` : tableArn };
}

function unique(accesses: Access[]): Access[] {
  return [...new Map(accesses.map((item) => [`${item.action} ${item.resource}`, item])).values()];
}
