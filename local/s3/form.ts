import type { LambdaFunction } from '../lambda/functions.ts';
import { type Caller, signer } from './authentication.ts';
import { S3Error } from './errors.ts';
import { checkPolicy, readPostPolicy } from './post-policy.ts';
import type { S3Request } from './request.ts';
import { ALGORITHM } from './signature.ts';

/** A form upload of a file: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html */
export interface PostedForm {
  /** The fields before the file, by lower-case name. */
  fields: ReadonlyMap<string, string>;
  key: string;
  content: Buffer;
}

export async function readForm({ headers, body }: S3Request): Promise<PostedForm> {
  const type = headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) {
    const message = 'Bucket POST must be of the enclosure-type multipart/form-data';
    throw new S3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
      Condition: message,
    });
  }
  const fields = new Map<string, string>();
  let file: string | File | undefined;
  for (const [name, value] of await parse(body, type)) {
    if (name === 'file') {
      file = value;
      // Fields after the file are ignored.
      break;
    }
    fields.set(name.toLowerCase(), typeof value === 'string' ? value : await value.text());
  }
  if (file === undefined) throw invalid('file', 'POST requires exactly one file upload per request.');
  const filename = typeof file === 'string' ? '' : file.name;
  for (const [name, value] of fields)
    fields.set(
      name,
      value.replace(FILENAME, () => filename),
    );
  const key = fields.get('key');
  if (!key)
    throw invalid(
      'key',
      "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
    );
  const content = typeof file === 'string' ? Buffer.from(file) : Buffer.from(await file.arrayBuffer());
  return { fields, key, content };
}

/**
 * The signer of a form's policy, after a check of the form. A form without a policy is anonymous.
 * @throws S3Error for a policy that is expired, violated or not correctly signed
 */
export function authenticateForm(bucket: string, form: PostedForm, functions: readonly LambdaFunction[]): Caller {
  const { fields, content } = form;
  const policy = fields.get('policy');
  if (policy === undefined) return 'anonymous';
  const required = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined) throw invalid(name, `Bucket POST must contain a field named '${name}'.`);
    return value;
  };
  if (required('x-amz-algorithm') !== ALGORITHM)
    throw invalid('x-amz-algorithm', `X-Amz-Algorithm only supports "${ALGORITHM}"`);
  const caller = signer(
    {
      credential: required('x-amz-credential'),
      timestamp: required('x-amz-date'),
      token: fields.get('x-amz-security-token'),
      signature: required('x-amz-signature'),
    },
    functions,
    () => policy,
  );
  checkPolicy(readPostPolicy(policy), { fields, bucket, size: content.length });
  return caller;
}

/** A placeholder in fields for the name of the file. */
const FILENAME = /\$\{filename\}/g;

async function parse(body: Buffer, type: string): Promise<FormData> {
  try {
    return await new Response(body, { headers: { 'content-type': type } }).formData();
  } catch {
    throw new S3Error(
      400,
      'MalformedPOSTRequest',
      'The body of your POST request is not well-formed multipart/form-data.',
    );
  }
}

function invalid(name: string, message: string): S3Error {
  return new S3Error(400, 'InvalidArgument', message, { ArgumentName: name });
}
