/** CPU time in ms of one call by the SDK client with its defaults, and by the client of the functions. */
export interface ClientCpu {
  readonly sdk: number;
  readonly own: number;
}

/** Measures two clients in turns. Returns the fastest round of each, which other processes disturb least. */
export async function fastestOf(
  rounds: number,
  cpuOf: (client: keyof ClientCpu) => Promise<number>,
): Promise<ClientCpu> {
  // The first round compiles the code and opens connections.
  await cpuOf('sdk');
  await cpuOf('own');
  let fastest: ClientCpu = { sdk: Number.POSITIVE_INFINITY, own: Number.POSITIVE_INFINITY };
  for (let round = 0; round < rounds; round++) {
    const [sdk, own] = [await cpuOf('sdk'), await cpuOf('own')];
    fastest = { sdk: Math.min(fastest.sdk, sdk), own: Math.min(fastest.own, own) };
  }
  return fastest;
}

/** The CPU time of this process in ms during an action, divided by a number of calls. */
export async function cpuPerCall(calls: number, act: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / calls;
}
