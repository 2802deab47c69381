import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { tryParse } from '../shared/json.ts';
import { arn } from '../template/names.ts';
import { inspectCredentials, PLATFORMS, type Platform } from './credentials.ts';
import { invalidParameter, notFound, SnsError } from './errors.ts';

const attributes = z.record(z.string(), z.string());

const State = z.object({
  applications: z.record(
    z.string(),
    z.object({
      name: z.string(),
      platform: z.enum(PLATFORMS),
      /** The readable attributes. */
      attributes,
      /** A digest of the credentials, to detect changes. */
      credentials: z.string(),
    }),
  ),
  endpoints: z.record(z.string(), z.object({ application: z.string(), attributes })),
});

type State = z.output<typeof State>;
export type Application = State['applications'][string];
export type Endpoint = State['endpoints'][string];

type Attributes = Readonly<Record<string, string>>;

const SECRET = ['PlatformCredential', 'PlatformPrincipal'];
/** The limit of CustomUserData in bytes. */
const USER_DATA = 2048;

/** Platform applications and their endpoints: in a file if state is kept between runs, otherwise in memory. */
export class Registry {
  readonly #file: string | undefined;
  readonly #state: State;

  constructor(file: string | undefined) {
    this.#file = file;
    const content = file && existsSync(file) ? tryParse(readFileSync(file, 'utf8')) : undefined;
    const parsed = z.safeParse(State, content);
    this.#state = parsed.success ? parsed.data : { applications: {}, endpoints: {} };
  }

  createApplication(name: string, platformName: string, given: Attributes): string {
    const platform = PLATFORMS.find((known) => known === platformName);
    if (!platform) throw invalidParameter('Platform', `${platformName} is not supported`);
    if (!/^[\w.-]{1,256}$/.test(name)) throw invalidParameter('Name', 'expected 1 to 256 letters, digits and _ . -');
    const self = arn('sns', `app/${platform}/${name}`);
    const application = { name, platform, ...describe(platform, given) };
    const existing = own(this.#state.applications, self);
    if (existing && JSON.stringify(existing) !== JSON.stringify(application)) {
      throw invalidParameter('Attributes', `Platform application ${self} already exists with different attributes`);
    }
    this.#state.applications[self] = application;
    this.#save();
    return self;
  }

  application(applicationArn: string): Application {
    const found = own(this.#state.applications, applicationArn);
    if (!found) throw notFound('PlatformApplication');
    return found;
  }

  setApplication(applicationArn: string, given: Attributes): void {
    const application = this.application(applicationArn);
    const replaced = SECRET.some((name) => given[name] !== undefined);
    if (replaced) Object.assign(application, describe(application.platform, given));
    else Object.assign(application.attributes, given);
    this.#save();
  }

  /** Deletes an application and its endpoints, if it exists. */
  deleteApplication(applicationArn: string): void {
    delete this.#state.applications[applicationArn];
    for (const [endpoint] of this.endpointsOf(applicationArn)) delete this.#state.endpoints[endpoint];
    this.#save();
  }

  applications(): [string, Application][] {
    return Object.entries(this.#state.applications);
  }

  createEndpoint(applicationArn: string, token: string, userData: string | undefined, given: Attributes): string {
    const { platform, name } = this.application(applicationArn);
    checkToken(platform, token);
    const attributes = { ...(userData !== undefined && { CustomUserData: userData }), ...given, Token: token };
    checkUserData(attributes);
    const existing = this.endpointsOf(applicationArn).find(([, endpoint]) => endpoint.attributes.Token === token);
    if (existing) {
      const [endpointArn, endpoint] = existing;
      if (equal(endpoint.attributes, attributes)) return endpointArn;
      const reason = `Endpoint ${endpointArn} already exists with the same Token, but different attributes.`;
      throw invalidParameter('Token', reason);
    }
    const self = arn('sns', `endpoint/${platform}/${name}/${randomUUID()}`);
    this.#state.endpoints[self] = { application: applicationArn, attributes: { Enabled: 'true', ...attributes } };
    this.#save();
    return self;
  }

  find(endpointArn: string): Endpoint | undefined {
    return own(this.#state.endpoints, endpointArn);
  }

  endpoint(endpointArn: string): Endpoint {
    const found = this.find(endpointArn);
    if (!found) throw notFound('Endpoint');
    return found;
  }

  setEndpoint(endpointArn: string, given: Attributes): void {
    const endpoint = this.endpoint(endpointArn);
    if (given.Token !== undefined) checkToken(this.application(endpoint.application).platform, given.Token);
    checkUserData(given);
    const taken = this.endpointsOf(endpoint.application).some(
      ([other, { attributes }]) => other !== endpointArn && attributes.Token === given.Token,
    );
    if (taken) throw invalidParameter('Token', 'This endpoint is already registered with a different token.');
    Object.assign(endpoint.attributes, given);
    this.#save();
  }

  /** Deletes an endpoint, if it exists. */
  deleteEndpoint(endpointArn: string): void {
    delete this.#state.endpoints[endpointArn];
    this.#save();
  }

  endpointsOf(applicationArn: string): [string, Endpoint][] {
    return Object.entries(this.#state.endpoints).filter(([, { application }]) => application === applicationArn);
  }

  /** Disables the endpoints of a device token, as SNS does when the push service reports it as invalid. */
  disable(token: string): void {
    for (const { attributes } of Object.values(this.#state.endpoints)) {
      if (attributes.Token === token) attributes.Enabled = 'false';
    }
    this.#save();
  }

  #save(): void {
    if (this.#file) writeFileSync(this.#file, JSON.stringify(this.#state, null, 2));
  }
}

/** Ignores inherited properties, because callers choose the names, for example `toString`. */
function own<T>(all: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(all, name) ? all[name] : undefined;
}

function describe(platform: Platform, given: Attributes): Pick<Application, 'attributes' | 'credentials'> {
  const open = Object.fromEntries(Object.entries(given).filter(([name]) => !SECRET.includes(name)));
  const secrets = JSON.stringify(SECRET.map((name) => given[name]));
  return {
    attributes: { Enabled: 'true', ...open, ...inspectCredentials(platform, given) },
    credentials: createHash('sha256').update(secrets).digest('hex'),
  };
}

/** Whether an endpoint matches a repeated creation. Missing attributes have their defaults. */
function equal(existing: Attributes, asked: Attributes): boolean {
  const { Enabled = existing.Enabled, CustomUserData = '' } = asked;
  return existing.Enabled === Enabled && (existing.CustomUserData ?? '') === CustomUserData;
}

function checkToken(platform: Platform, token: string): void {
  const valid = platform === 'GCM' ? token.length <= 4096 : /^([0-9a-f]{2}){1,200}$/i.test(token);
  if (valid) return;
  throw invalidParameter(
    'Token',
    platform === 'GCM'
      ? 'registration ids have at most 4096 characters'
      : 'iOS device tokens must be no more than 400 hexadecimal characters',
  );
}

function checkUserData({ CustomUserData: data = '', Enabled: enabled = 'true' }: Attributes): void {
  if (Buffer.byteLength(data) > USER_DATA)
    throw invalidParameter('CustomUserData', `must be at most ${USER_DATA} bytes long in UTF-8 encoding`);
  if (enabled !== 'true' && enabled !== 'false')
    throw new SnsError('InvalidParameter', 400, 'Invalid parameter: Enabled');
}
