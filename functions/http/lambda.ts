import type { Hono } from 'hono';
import { handle, type LambdaEvent } from 'hono/aws-lambda';
import { observed } from '../observe/observed.ts';
import { publicError } from '../observe/public-error.ts';
import { chatErrorFormat } from './app.ts';
import { encodePath } from './request-text.ts';

/** Converts an application to a Lambda handler. @param format the format of errors outside the routes */
export function toHandler(app: Hono, format = chatErrorFormat) {
  const serve = handle(app);
  return observed(async (event: Extract<LambdaEvent, { rawPath: string }>, context) => {
    try {
      return await serve({ ...event, rawPath: encodePath(event.rawPath) }, context);
    } catch (error) {
      const { status, body } = format(publicError(error));
      return { statusCode: status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    }
  });
}
