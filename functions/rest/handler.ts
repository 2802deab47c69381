import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda';
import { createRestApp } from './app.ts';

const serve = handle(createRestApp());

/** HTTP APIs hand the path over decoded, which would make a `#` or `?` in it end the path; Hono wants it as in a URL. */
export async function handler(event: Extract<LambdaEvent, { rawPath: string }>, context: LambdaContext) {
  const rawPath = event.rawPath.split('/').map(encodeURIComponent).join('/');
  return serve({ ...event, rawPath }, context);
}
