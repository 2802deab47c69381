/** An error of SNS. Codes and messages: https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html */
export class SnsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export function invalidParameter(parameter: string, reason: string): SnsError {
  return new SnsError('InvalidParameter', 400, `Invalid parameter: ${parameter} Reason: ${reason}`);
}

export function notFound(what: string): SnsError {
  return new SnsError('NotFound', 404, `${what} does not exist`);
}
