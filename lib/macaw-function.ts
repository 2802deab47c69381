import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ArnFormat, AssetHashType, Aws, Duration, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import { type IRole, Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  type EventInvokeConfigOptions,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { buildSync } from 'esbuild';
import { ENV } from '../functions/shared/constants.ts';

const path = (relative: string) => fileURLToPath(new URL(`../${relative}`, import.meta.url));

export interface MacawFunctionProps extends EventInvokeConfigOptions {
  /** The file of functions/handlers/ that runs, without its extension. */
  readonly handlerFile: string;
  readonly description: string;
  /** @default 10 seconds */
  readonly timeout?: Duration;
  /** Of two functions that invoke one another, neither can wait for the other's name to be made. @default CloudFormation makes one */
  readonly functionName?: string;
  /** MB; CPU comes in proportion. @default 512 */
  readonly memorySize?: number;
  /** What lies beside the code, by name. @default nothing */
  readonly files?: Readonly<Record<string, Buffer>>;
}

/** A function of Macaw: bundled by esbuild with the AWS SDK inside, on arm64, with nothing allowed but writing its own log. */
export class MacawFunction extends LambdaFunction {
  declare readonly role: IRole;
  /** Its name, in words where it has been given one: whoever invokes it need not wait for it then. */
  private readonly knownAs: string;

  constructor(scope: Construct, id: string, props: MacawFunctionProps) {
    const { handlerFile, files, ...options } = props;
    const logGroup = new LogGroup(scope, `${id}Log`, { removalPolicy: RemovalPolicy.DESTROY });
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    super(scope, id, {
      code: bundle(scope, handlerFile, files),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 512,
      timeout: Duration.seconds(10),
      environment: { NODE_OPTIONS: '--enable-source-maps' },
      // Without Lambda's own lines about invocations that succeed, which are longer than ours and tell less.
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      ...options,
      role,
      logGroup,
    });
    this.knownAs = props.functionName ?? this.functionName;
  }

  /** Lets another function invoke this one, and tells it by that variable where. */
  allowInvocation(caller: MacawFunction, variable: string): void {
    const host = `lambda.${Aws.REGION}.${Aws.URL_SUFFIX}`;
    caller.addEnvironment(variable, `https://${host}/2015-03-31/functions/${this.knownAs}/invocations`);
    // Not with the CDK's grant, which is for all versions, too.
    const arn = Stack.of(this).formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: this.knownAs,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    caller.addToRolePolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [arn] }));
  }

  /** Lets the function invoke itself. Its own policy cannot say so: the function depends on that. */
  allowItself(): void {
    this.addEnvironment(ENV.functionsUrl, `https://lambda.${Aws.REGION}.${Aws.URL_SUFFIX}/2015-03-31/functions/`);
    new Policy(this, 'Again', {
      statements: [new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.functionArn] })],
      roles: [this.role],
    });
  }
}

const bundled = new Set<string>();

/** The asset of one handler, bundled for the assembly that the scope belongs to, with files beside it. */
function bundle(scope: Construct, handlerFile: string, files: Readonly<Record<string, Buffer>> = {}): Code {
  const outdir = join(Stage.of(scope)?.outdir ?? 'cdk.out', 'bundles');
  if (!bundled.has(outdir)) bundleAll(outdir);
  bundled.add(outdir);
  const directory = join(outdir, handlerFile);
  // Without the source map: it holds paths that differ from one checkout to the next.
  const hash = createHash('sha256').update(readFileSync(join(directory, 'index.mjs')));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
    hash.update(`${name} ${content.length} `).update(content);
  }
  return Code.fromAsset(directory, { assetHashType: AssetHashType.CUSTOM, assetHash: hash.digest('hex') });
}

/**
 * Bundles every handler in one call. The CDK's NodejsFunction starts a process of npx for each function instead,
 * which makes a synthesis, and so every local start, several seconds longer.
 */
function bundleAll(outdir: string): void {
  const files = readdirSync(path('functions/handlers'));
  buildSync({
    entryPoints: Object.fromEntries(
      files.map((file) => [`${basename(file, '.ts')}/index`, path(`functions/handlers/${file}`)]),
    ),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    // The SDK goes into the bundle: smaller and faster to load than the runtime's, and the version that was tested.
    mainFields: ['module', 'main'],
    // Lies beside the code of the function that uses it, as the package that it is: it loads files of its own.
    external: ['wasm-vips'],
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    banner: { js: "import{createRequire as __require}from'node:module';const require=__require(import.meta.url);" },
    alias: {
      '@aws-sdk/credential-provider-node': path('functions/gateway/lambda-credentials.ts'),
      '@smithy/core/event-streams': path('functions/gateway/no-event-streams.ts'),
    },
  });
}
