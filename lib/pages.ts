import { Aws, Stack } from 'aws-cdk-lib';
import { type HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import { ENV } from '../functions/shared/constants.ts';
import { attachmentBucketName } from './attachments.ts';
import type { ChatTable } from './chat-table.ts';
import { MacawFunction } from './macaw-function.ts';

/** Media types. */
export const HTML = 'text/html; charset=utf-8';
export const SCRIPT = 'text/javascript; charset=utf-8';
export const STYLE = 'text/css; charset=utf-8';

/** A file of a page. */
export interface PageFile {
  readonly content: Buffer;
  /** The media type. */
  readonly type: string;
  /** The content security policy. */
  readonly policy: string;
  /** Whether the path contains a hash of the content, so that browsers never ask for it again. @default false */
  readonly immutable?: boolean;
}

/** The files of a page, by path without trailing slash, such as `/chat` and `/chat/main.js`. */
export type Page = Readonly<Record<string, PageFile>>;

export interface PagesProps {
  readonly stage: string;
  readonly api: HttpApi;
  readonly pages: readonly Page[];
  /** The application that the chat page uses, and its table. Undefined when the stage has no chat page. */
  readonly demo: { readonly app: string; readonly core: ChatTable } | undefined;
}

/**
 * Where browsers upload files to, in a policy. The function replaces it, because the address contains the account and
 * the region.
 */
const UPLOADS = `{${ENV.uploadsUrl}}`;

/** A content security policy that permits resources of the own origin only. */
export function contentPolicy(more: Readonly<Record<string, string>> = {}): string {
  const directives = {
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'img-src': "'self' data:",
    'connect-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
    ...more,
  };
  return Object.entries(directives)
    .map((pair) => pair.join(' '))
    .join('; ');
}

/** The policy of pages that upload and show attachments. */
export const ATTACHMENT_POLICY = contentPolicy({
  'img-src': "'self' data: blob:",
  'media-src': "'self' blob:",
  'connect-src': `'self' ${UPLOADS}`,
});

/** The web pages: a function that serves their files from its own bundle, and the configuration of the chat page. */
export class Pages extends Construct {
  constructor(scope: Construct, id: string, { stage, api, pages, demo }: PagesProps) {
    super(scope, id);
    const page: Page = Object.assign({}, ...pages);
    const files = new MacawFunction(this, 'Files', {
      handlerFile: 'pages',
      description: 'The files of the web pages, such as the REST documentation at /docs',
      files: assets(page),
    });
    const { account, region } = Stack.of(this);
    const bucket = attachmentBucketName(stage, account, region);
    files.addEnvironment(ENV.uploadsUrl, `https://${bucket}.s3.${region}.${Aws.URL_SUFFIX}/`);
    const filesIntegration = new HttpLambdaIntegration('FilesIntegration', files);
    for (const path of routesOf(page))
      api.addRoutes({ path, methods: [HttpMethod.GET, HttpMethod.HEAD], integration: filesIntegration });
    if (!demo) return;

    const configuration = new MacawFunction(this, 'Demo', {
      handlerFile: 'demo-app',
      description: 'The configuration of the chat page',
    });
    configuration.addEnvironment(ENV.demoApp, demo.app);
    demo.core.allow(configuration, 'GetItem');
    api.addRoutes({
      path: '/chat/configuration.json',
      methods: [HttpMethod.GET],
      integration: new HttpLambdaIntegration('DemoIntegration', configuration),
    });
  }
}

/** The routes of a page: its first path segments, and what is below them. */
function routesOf(page: Page): string[] {
  const paths = Object.keys(page);
  const roots = [...new Set(paths.map((path) => `/${path.split('/')[1]}`))];
  return roots.flatMap((root) =>
    paths.some((path) => path.startsWith(`${root}/`)) ? [root, `${root}/{proxy+}`] : [root],
  );
}

/** The files of the function, and its list of them. */
function assets(page: Page): Record<string, Buffer> {
  // A path such as /chat is a file and also the folder of others.
  const nameOf = (path: string) => `pages${path}${/\.\w+$/.test(path) ? '' : '/index.html'}`;
  const manifest = Object.entries(page).map(([path, { type, policy, immutable = false }]) => [
    path,
    { name: nameOf(path), type, policy, immutable },
  ]);
  return {
    'pages.json': Buffer.from(JSON.stringify(Object.fromEntries(manifest))),
    ...Object.fromEntries(Object.entries(page).map(([path, { content }]) => [nameOf(path), content])),
  };
}
