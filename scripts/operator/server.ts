/** A deployed or local server, with operator access. */
export interface Server {
  /** @returns the response body; @throws the error message of the server */
  ask(method: string, path: string, body?: unknown): Promise<unknown>;
}

/** @param masterKey the master key of the application */
export function serverAt(url: string, app: string, masterKey: string): Server {
  return {
    async ask(method, path, body) {
      const response = await fetch(new URL(path, url), {
        method,
        headers: { 'X-ML-AppId': app, 'X-ML-MasterKey': masterKey },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }).catch((error: Error) => {
        throw new Error(
          `${url} cannot be reached: ${error.cause instanceof Error ? error.cause.message : error.message}`,
        );
      });
      const answer: unknown = await response.json().catch(() => ({}));
      if (response.ok) return answer;
      const { errorMessage, errorCode } = Object(answer);
      const { error = errorMessage, code = errorCode } = Object(answer);
      throw new Error(error === undefined ? `${url} answered ${response.status}` : `${error} (${code})`);
    },
  };
}
