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

/** Sums the capacity that the emulator reports. The values follow the rules of AWS, including indexes. */
export function consumedUnits(operation: string, consumed: Json | undefined): Units {
  const total = asList(consumed)
    .filter((entry): entry is JsonObject => isObject(entry))
    .reduce((sum, entry) => sum + Number(entry.CapacityUnits ?? 0), 0);
  return WRITES.has(operation) ? { writeUnits: total } : { readUnits: total };
}

/**
 * The capacity of a failed conditional write. AWS bills it like a write of the existing item, but the error contains
 * no number. So this is the minimum.
 */
export function failedUnits(operation: string, errorType: string): Units {
  return WRITES.has(operation) && errorType.includes('ConditionalCheckFailed') ? { writeUnits: 1 } : {};
}
