import * as z from 'zod/mini';
import { checkAttributes, checkCommunityAttributes } from '../../attributes/limits.ts';
import { checkName } from '../../attributes/names.ts';
import { pick } from '../../attributes/visible.ts';
import { noticeCommunity } from '../../chat/change-notices.ts';
import { ChatError, ERROR } from '../../shared/errors.ts';
import type { Principal } from '../../shared/principal.ts';
import type { App } from '../../store/apps.ts';
import {
  attributesOf,
  type Changed,
  clearAttributes,
  mergeAttributes,
  replaceAttributes,
  type Searchable,
  unknownSubject,
} from '../../store/attributes.ts';
import { lookup } from '../../store/dynamo.ts';
import { isMember, isOwner, isSelf, isSelfOrFriend } from '../access.ts';
import { audited } from '../audit.ts';
import { communityId, id } from '../parameters.ts';
import { type Request, type Route, route } from '../route.ts';
import { AttributesShape } from './shapes.ts';

type Named = { app: App; params: { id: string } };
type Changing = Pick<Request<unknown, unknown, Record<string, unknown>>, 'app' | 'body' | 'restrictedTo'>;
type Access = (caller: Principal, request: Named) => boolean | Promise<boolean>;

const name = z.string().register(z.globalRegistry, { description: 'Name of the attribute', examples: ['age'] });
const bodyOf = (check: typeof checkAttributes) =>
  z.pipe(z.unknown(), z.transform(check)).register(z.globalRegistry, {
    type: 'object',
    additionalProperties: {},
    examples: [{ age: 3, home: { city: 'Rome' } }],
  });

/** The names of the attributes that every user can read. */
function publicNames({ publicAttributes }: App, kind: Searchable['kind']): readonly string[] {
  return kind === 'group' ? [] : publicAttributes[kind];
}

/** In strict mode, names that others see contain no hidden characters. Old clients in open mode are not affected. */
function checkNames(kind: Searchable['kind'], { app, body, restrictedTo }: Changing): Changing['body'] {
  const name = kind === 'user' ? app.push.nameAttribute : 'name';
  if (restrictedTo) checkName(body[name], `attributes.${name}`);
  return body;
}

async function read(subject: Searchable): Promise<Record<string, unknown>> {
  const [found] = await lookup([attributesOf(subject)]);
  if (!found) throw unknownSubject(subject);
  return found.attributes;
}

/** Tells the members of a group or room, if that has changed. */
async function noticed({ app, kind, id }: Searchable, change: Promise<Changed>): Promise<Record<string, unknown>> {
  const { attributes, isNew } = await change;
  if (isNew && kind !== 'user') await noticeCommunity({ app, kind, id }, { changed: true });
  return attributes;
}

/**
 * The endpoints of the attributes of one kind of subject, below its path.
 * @param reader who can read all attributes; other users can read public ones
 */
function attributesAt(base: string, kind: Searchable['kind'], reader: Access, writer: Access): Route[] {
  const path = `${base}/:id/attributes`;
  const subjectParams = z.object({ id: kind === 'user' ? id('id') : communityId });
  const body = bodyOf(kind === 'user' ? checkAttributes : checkCommunityAttributes);
  const named = z.extend(subjectParams, { name });
  const at = ({ app, params }: Named): Searchable => ({ app: app.id, kind, id: params.id });
  return [
    route({
      method: 'GET',
      path,
      summary: `Read the attributes of a ${kind}`,
      params: subjectParams,
      status: 200,
      response: AttributesShape,
      access: (caller, request) =>
        (caller.kind === 'user' && publicNames(request.app, kind).length > 0) || reader(caller, request),
      async handle(request) {
        const { app, restrictedTo } = request;
        const [attributes, all] = await Promise.all([
          read(at(request)),
          restrictedTo === undefined || reader(restrictedTo, request),
        ]);
        return all ? attributes : pick(attributes, publicNames(app, kind));
      },
    }),

    route({
      method: 'GET',
      // Names can contain slashes, which arrive decoded.
      path: `${path}/:name{.+}`,
      summary: `Read one attribute of a ${kind}`,
      params: named,
      status: 200,
      response: z.unknown(),
      access: (caller, request) =>
        (caller.kind === 'user' && publicNames(request.app, kind).includes(request.params.name)) ||
        reader(caller, request),
      async handle(request) {
        const { id, name } = request.params;
        const attributes = await read(at(request));
        if (!Object.hasOwn(attributes, name)) {
          throw new ChatError(ERROR.notFound, `The ${kind} ${id} has no attribute ${name}`);
        }
        return attributes[name];
      },
    }),

    route({
      method: 'POST',
      path,
      summary: `Set some attributes of a ${kind}`,
      params: subjectParams,
      body,
      status: 201,
      response: AttributesShape,
      access: writer,
      handle: (request) => noticed(at(request), mergeAttributes(at(request), checkNames(kind, request))),
    }),

    route({
      method: 'PUT',
      path,
      summary: `Set the attributes of a ${kind} and remove all others`,
      params: subjectParams,
      body,
      status: 201,
      response: AttributesShape,
      access: writer,
      handle: (request) => noticed(at(request), replaceAttributes(at(request), checkNames(kind, request))),
    }),

    route({
      method: 'DELETE',
      path,
      summary: `Remove all attributes of a ${kind}`,
      params: subjectParams,
      status: 204,
      access: writer,
      audit: audited('attributes.delete', ({ params }) => `${kind}/${params.id}`),
      async handle(request) {
        await noticed(at(request), clearAttributes(at(request)));
      },
    }),
  ];
}

const community =
  (kind: 'group' | 'room', rule: typeof isMember): Access =>
  (caller, { app, params }) =>
    rule(caller, { app: app.id, kind, id: params.id });

export const attributes = [
  ...attributesAt('/ctx', 'user', isSelfOrFriend, isSelf),
  ...attributesAt('/groups', 'group', community('group', isMember), community('group', isOwner)),
  ...attributesAt('/rooms', 'room', community('room', isMember), community('room', isOwner)),
];
