import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { nativeHandlers } from '../custom-resources/native.ts';
import { asList } from '../shared/json.ts';
import { type Model, type Resource, readProperties } from '../template/model.ts';
import { accessKeyId } from '../template/names.ts';
import { number } from '../template/schema.ts';

/** The configuration of failed asynchronous invocations. */
export interface AsyncConfig {
  retries: number;
  /** The ARN of the on-failure destination, which receives a record of the failure. */
  onFailure?: string;
  /** The ARN of the dead-letter queue, which receives the event. */
  deadLetter?: string;
}

/** A function of the template. */
export interface LambdaFunction {
  id: string;
  stack: string;
  name: string;
  arn: string;
  roleArn: string;
  /** Identifies the function in AWS calls. */
  accessKeyId: string;
  taskRoot: string;
  handler: string;
  runtime: string;
  timeoutMs: number;
  memoryMb: number;
  /** From ReservedConcurrentExecutions. */
  reserved: number | undefined;
  async: AsyncConfig;
  /** From LoggingConfig. The level is undefined if everything is logged. */
  logging: { format: 'JSON' | 'Text'; level: string | undefined };
  /** The variables of the template. Evaluated late, because they can refer to custom resources. */
  variables(): Record<string, string>;
}

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const functionSchema = z.object({
  Code: z.object({ S3Key: z.optional(z.string()), ZipFile: z.optional(z.string()) }),
  Handler: z.string(),
  Role: z.string(),
  Runtime: z.string(),
  Timeout: z.optional(number),
  MemorySize: z.optional(number),
  ReservedConcurrentExecutions: z.optional(number),
  DeadLetterConfig: z.optional(z.object({ TargetArn: z.optional(z.string()) })),
  Layers: z.optional(z.array(z.string())),
  VpcConfig: z.optional(z.unknown()),
  LoggingConfig: z.optional(
    z.object({ LogFormat: z.optional(z.enum(['JSON', 'Text'])), ApplicationLogLevel: z.optional(z.string()) }),
  ),
});

const environmentSchema = z.object({
  Environment: z.optional(z.object({ Variables: z.optional(z.record(z.string(), scalar)) })),
});

const destination = z.optional(z.object({ Destination: z.string() }));

const invokeConfigSchema = z.object({
  FunctionName: z.string(),
  MaximumRetryAttempts: z.optional(number),
  DestinationConfig: z.optional(z.object({ OnFailure: destination, OnSuccess: destination })),
});

export function loadFunctions(model: Model, scratch: () => string): LambdaFunction[] {
  const configs = model.ofType('AWS::Lambda::EventInvokeConfig').map((resource) => {
    const config = readProperties(resource, invokeConfigSchema);
    if (config.DestinationConfig?.OnSuccess) {
      throw new Error(`${resource.where}: the local cloud does not implement on-success destinations`);
    }
    return config;
  });
  const replaced = nativeHandlers(model);
  const resources = model
    .ofType('AWS::Lambda::Function')
    .filter((resource) => !replaced.has(String(resource.identity().attributes.Arn)));
  return resources.map((resource) => {
    const name = resource.identity().ref;
    const properties = readStatic(resource);
    const config = configs.find(({ FunctionName }) => FunctionName === name || FunctionName.endsWith(`:${name}`));
    const onFailure = config?.DestinationConfig?.OnFailure?.Destination;
    const deadLetter = properties.DeadLetterConfig?.TargetArn;
    return {
      id: resource.logicalId,
      stack: resource.stack,
      name,
      arn: String(resource.identity().attributes.Arn),
      roleArn: properties.Role,
      accessKeyId: accessKeyId(resource.where),
      taskRoot: taskRoot(resource, properties.Code, model, scratch),
      handler: properties.Handler,
      runtime: properties.Runtime,
      timeoutMs: (properties.Timeout ?? 3) * 1000,
      memoryMb: properties.MemorySize ?? 128,
      reserved: properties.ReservedConcurrentExecutions,
      async: {
        retries: config?.MaximumRetryAttempts ?? 2,
        ...(onFailure ? { onFailure } : {}),
        ...(deadLetter ? { deadLetter } : {}),
      },
      logging: loggingOf(properties.LoggingConfig),
      variables: () => {
        const { Environment } = readProperties(resource, environmentSchema);
        return Object.fromEntries(
          Object.entries(Environment?.Variables ?? {}).map(([key, value]) => [key, String(value)]),
        );
      },
    };
  });
}

/** JSON logs are filtered by level, by default INFO. Text logs are not filtered. */
function loggingOf(config: z.output<typeof functionSchema>['LoggingConfig']): LambdaFunction['logging'] {
  const format = config?.LogFormat ?? 'Text';
  return { format, level: format === 'JSON' ? (config?.ApplicationLogLevel ?? 'INFO') : undefined };
}

/** All properties except the environment, which can depend on custom resources. */
function readStatic(resource: Resource): z.output<typeof functionSchema> {
  const properties = z.safeParse(functionSchema, resource.propertiesExcept('Environment'));
  if (!properties.success) throw new Error(`${resource.where}: ${z.prettifyError(properties.error)}`);
  if (!properties.data.Runtime.startsWith('nodejs')) {
    throw new Error(`${resource.where}: the local cloud runs Node.js only, not ${properties.data.Runtime}`);
  }
  if (asList(properties.data.Layers).length > 0) {
    throw new Error(`${resource.where}: the local cloud does not implement layers`);
  }
  return properties.data;
}

function taskRoot(
  resource: Resource,
  code: z.output<typeof functionSchema>['Code'],
  model: Model,
  scratch: () => string,
): string {
  if (code.ZipFile !== undefined) {
    const folder = join(scratch(), `${resource.stack}-${resource.logicalId}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'index.js'), code.ZipFile);
    return folder;
  }
  const path = model.assets.get(code.S3Key ?? '');
  if (!path || !existsSync(path)) throw new Error(`${resource.where}: the assembly has no asset ${code.S3Key}`);
  if (!statSync(path).isDirectory()) throw new Error(`${resource.where}: ${path} is not a folder`);
  return path;
}
