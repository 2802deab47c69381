import { asList, isObject, type Json, type JsonObject } from '../shared/json.ts';

const WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems']);
const READS = new Set(['GetItem', 'Query', 'Scan', 'BatchGetItem', 'TransactGetItems']);

export interface Units {
  readUnits?: number;
  writeUnits?: number;
}

export function reportsCapacity(operation: string): boolean {
  return WRITES.has(operation) || READS.has(operation);
}

/** Adds up the capacity that the emulator reports; its numbers follow AWS's rules, indexes included. */
export function consumedUnits(operation: string, consumed: Json | undefined): Units {
  const total = asList(consumed)
    .filter((entry): entry is JsonObject => isObject(entry))
    .reduce((sum, entry) => sum + Number(entry.CapacityUnits ?? 0), 0);
  return WRITES.has(operation) ? { writeUnits: total } : { readUnits: total };
}

/**
 * What a refused write costs. AWS bills a failed condition like a write of the existing item but reports no
 * number with the error, so this is the least it can be.
 */
export function failedUnits(operation: string, errorType: string): Units {
  return WRITES.has(operation) && errorType.includes('ConditionalCheckFailed') ? { writeUnits: 1 } : {};
}
