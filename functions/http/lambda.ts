import type { Hono } from 'hono';
import { handle, type LambdaEvent } from 'hono/aws-lambda';
import { observed } from '../observe/observed.ts';

/** HTTP APIs hand the path over decoded, which would make a `#` or `?` in it end the path; Hono wants it as in a URL. */
export function toHandler(app: Hono) {
  const serve = handle(app);
  return observed(async (event: Extract<LambdaEvent, { rawPath: string }>, context) => {
    const rawPath = event.rawPath.split('/').map(encodeURIComponent).join('/');
    return serve({ ...event, rawPath }, context);
  });
}
