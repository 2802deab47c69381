/** The value of an environment variable; throws at start-up, naming the variable, when the deployment forgot it. */
export function requireEnv(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`The environment variable ${name} is not set`);
  return value;
}
