import { EmulatorClient } from '../dynamodb/client.ts';
import { Conflicts } from '../dynamodb/conflicts.ts';
import { startEmulator } from '../dynamodb/emulator.ts';
import { ItemKeys } from '../dynamodb/item-keys.ts';
import { Replication } from '../dynamodb/replication.ts';
import { Streams } from '../dynamodb/streams.ts';
import { createTables } from '../dynamodb/tables.ts';
import type { BusEvent } from '../events/api.ts';
import { grantRecorder } from '../iam/grants.ts';
import { loadRoles, type Role } from '../iam/roles.ts';
import { Permissions } from '../lambda/permissions.ts';
import { Secrets } from '../secretsmanager/secrets.ts';
import { Faults } from '../sns/faults.ts';
import { Outbox } from '../sns/outbox.ts';
import { Registry } from '../sns/registry.ts';
import { Queues } from '../sqs/queues.ts';
import type { Model } from '../template/model.ts';
import type { Foundation } from './foundation.ts';

/** The services that hold state and invoke nothing. */
export interface Services {
  readonly dynamodb: EmulatorClient;
  readonly conflicts: Conflicts;
  readonly replication: Replication;
  readonly streams: Streams;
  /** Resolves once the tables are there. Other phases go on meanwhile. */
  readonly tables: Promise<void>;
  readonly roles: Map<string, Role>;
  readonly permissions: Permissions;
  readonly queues: Queues;
  readonly secrets: Secrets;
  readonly registry: Registry;
  readonly outbox: Outbox;
  /** The events that functions put on event buses. */
  readonly busEvents: BusEvent[];
}

export async function startServices(
  { options, directories, chaos, started }: Foundation,
  model: Model,
): Promise<Services> {
  const emulator = await startEmulator(directories.kept('dynamodb.sqlite'), options.database);
  started.add(() => emulator.stop());
  const dynamodb = new EmulatorClient(emulator.endpoint);
  started.add(() => dynamodb.close());
  const tables = createTables(model, dynamodb);
  // Awaited by a later phase; should one before it fail, this must not fail on its own.
  tables.catch(() => {});

  const keys = new ItemKeys(model);
  const { MACAW_GRANTS: grants } = process.env;
  const registry = new Registry(directories.kept('sns.json'));
  return {
    dynamodb,
    conflicts: new Conflicts(keys, options.transactionMs ?? 0, chaos),
    replication: new Replication(),
    streams: new Streams(dynamodb, keys),
    tables,
    roles: loadRoles(model, grants ? grantRecorder(grants) : undefined),
    permissions: new Permissions(model),
    queues: new Queues(model, options.queueDelayMs),
    secrets: new Secrets(directories.kept('secrets.json'), options.secrets ?? {}),
    registry,
    outbox: new Outbox(new Faults(registry)),
    busEvents: [],
  };
}
