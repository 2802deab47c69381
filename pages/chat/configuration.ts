/** What the server says about the application of this page. */
export interface Configuration {
  readonly app: string;
  /** `open`: the client key lets anybody log in as anybody. `strict`: each user needs a token. */
  readonly mode: 'open' | 'strict';
  readonly clientKey?: string;
}

export async function loadConfiguration(): Promise<Configuration> {
  const response = await fetch('/chat/configuration.json');
  if (!response.ok) throw new Error(`The configuration could not be loaded: HTTP status ${response.status}`);
  return response.json();
}
