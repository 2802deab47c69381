import { invoke } from '../gateway/invoke.ts';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';

const messageUrl = requireEnv(ENV.messageUrl);
const disconnectUrl = requireEnv(ENV.disconnectUrl);

/** Frames of a connection that arrived by HTTP. */
export interface HttpFrames {
  readonly connectionId: string;
  readonly authorizer: Record<string, unknown>;
  readonly frames: readonly string[];
  /** When they reached the gateway, epoch ms. */
  readonly arrival: number;
}

/** Has frames handled in order, like those of a WebSocket connection, and waits for that. */
export async function handleFrames({ connectionId, authorizer, frames, arrival }: HttpFrames): Promise<void> {
  await invoke(messageUrl, { requestContext: { connectionId, authorizer, requestTimeEpoch: arrival }, frames });
}

/** Reports the end of a connection without a WebSocket, as API Gateway does for others. */
export async function disconnected(connectionId: string): Promise<void> {
  await invoke(disconnectUrl, { requestContext: { connectionId } });
}
