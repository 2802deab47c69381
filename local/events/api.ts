import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import type { Service } from '../gate/gate.ts';
import { jsonApi, operation, ServiceError } from '../gate/json-api.ts';
import { isObject, type Json, tryParse } from '../shared/json.ts';
import { arn } from '../template/names.ts';

const Put = z.object({
  Entries: z
    .array(z.object({ EventBusName: z.string(), Source: z.string(), DetailType: z.string(), Detail: z.string() }))
    .check(z.minLength(1), z.maxLength(10)),
});

/** An event that was put on an event bus. */
export interface BusEvent {
  readonly bus: string;
  readonly source: string;
  readonly type: string;
  readonly detail: Json;
}

/** Maximum size of the entries of a request in bytes. */
const MAX_BYTES = 256 * 1024;

/**
 * The EventBridge API for events. They are kept, not matched with rules.
 * Source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export function eventsApi(bus: BusEvent[]): Service {
  return jsonApi('events', {
    PutEvents: operation(Put, 'ValidationException', ({ Entries }) => ({
      resource: Entries.map(({ EventBusName: name }) =>
        name.startsWith('arn:') ? name : arn('events', `event-bus/${name}`),
      ),
      run() {
        const bytes = Entries.reduce((sum, { Detail }) => sum + Buffer.byteLength(Detail), 0);
        if (bytes > MAX_BYTES) throw new ServiceError('ValidationException', 'Total size of the entries is too large');
        const results = Entries.map(({ EventBusName, Source, DetailType, Detail }) => {
          const detail = tryParse(Detail);
          if (!isObject(detail)) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
          bus.push({ bus: EventBusName, source: Source, type: DetailType, detail });
          return { EventId: randomUUID() };
        });
        return { FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode).length, Entries: results };
      },
    })),
  });
}
