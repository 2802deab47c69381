import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describeRest } from './openapi.ts';
import { contentPolicy, HTML, type Page, type PageFile, SCRIPT, STYLE } from './pages.ts';

const { resolve } = createRequire(import.meta.url);

/** Swagger UI sets styles of elements. */
const POLICY = contentPolicy({ 'style-src': "'self' 'unsafe-inline'" });

/** The REST documentation: the OpenAPI description, and Swagger UI to display it. */
export async function documentation(): Promise<Page> {
  const file = (type: string, content: Buffer): PageFile => ({ type, content, policy: POLICY });
  return {
    '/openapi.json': file('application/json', Buffer.from(JSON.stringify(await describeRest()))),
    '/docs': file(HTML, own('index.html')),
    '/docs/start.js': file(SCRIPT, own('start.js')),
    '/docs/swagger-ui.css': file(STYLE, swagger('swagger-ui.css')),
    '/docs/swagger-ui-bundle.js': file(SCRIPT, swagger('swagger-ui-bundle.js')),
  };
}

const own = (name: string) => readFileSync(new URL(`../pages/docs/${name}`, import.meta.url));
const swagger = (name: string) => readFileSync(resolve(`swagger-ui-dist/${name}`));
