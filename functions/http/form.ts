import { FORM_BYTES, FORM_TOO_LONG } from '../shared/constants.ts';
import { ChatError, ERROR } from '../shared/errors.ts';

export const isForm = (contentType: string) => /^multipart\/form-data\b/i.test(contentType);

/**
 * Reads the file from a form.
 * @param fields the names of the field, the documented name first
 * @throws ChatError 5011 when the form is too large, 5012 when it is malformed or has no file
 */
export async function readFile(
  contentType: string,
  body: ArrayBuffer,
  fields: readonly (string | undefined)[],
): Promise<File> {
  if (body.byteLength > FORM_BYTES) throw new ChatError(ERROR.fileTooLarge, FORM_TOO_LONG);
  const form = await new Response(body, { headers: { 'content-type': contentType } }).formData().catch(() => {
    throw new ChatError(ERROR.uploadFailed, 'body: expected a complete form of the type multipart/form-data');
  });
  const file = fields
    .map((field) => (field === undefined ? undefined : form.get(field)))
    .find((value) => value instanceof File);
  if (!file) {
    throw new ChatError(ERROR.uploadFailed, `body: expected a form field "${fields[0]}" with a file and a file name`);
  }
  return file;
}
