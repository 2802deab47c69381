import { type Json, tryParse } from '../shared/json.ts';
import type { Model } from '../template/model.ts';

/** The template's queues, in memory: somewhere for failed asynchronous invocations to end, and to be looked at. */
export class Queues {
  readonly #byArn = new Map<string, { logicalId: string; messages: Json[] }>();

  constructor(model: Model) {
    for (const resource of model.ofType('AWS::SQS::Queue')) {
      this.#byArn.set(String(resource.identity().attributes.Arn), { logicalId: resource.logicalId, messages: [] });
    }
  }

  has(arn: string): boolean {
    return this.#byArn.has(arn);
  }

  send(arn: string, body: string): void {
    this.#byArn.get(arn)?.messages.push(tryParse(body) ?? body);
  }

  /** Message bodies by the queue's logical id. */
  contents(): Record<string, Json[]> {
    return Object.fromEntries([...this.#byArn.values()].map(({ logicalId, messages }) => [logicalId, [...messages]]));
  }
}
