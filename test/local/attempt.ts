/** Does something with the SDK and tells what came of it. */
export async function attempt(work: () => Promise<object>): Promise<object> {
  try {
    const { $metadata, ...output } = Object.assign({ $metadata: {} }, await work());
    return { ok: true, status: 'httpStatusCode' in $metadata ? $metadata.httpStatusCode : undefined, output };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const metadata = '$metadata' in error && typeof error.$metadata === 'object' ? { ...error.$metadata } : {};
    const status = 'httpStatusCode' in metadata ? metadata.httpStatusCode : 0;
    const attempts = 'attempts' in metadata ? metadata.attempts : 0;
    return { ok: false, name: error.name, message: error.message, status, attempts };
  }
}

/** Prints what `printed` of the fixture finds. */
export function say(value: object): void {
  console.log(JSON.stringify(value));
}
