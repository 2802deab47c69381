import * as z from 'zod/mini';
import type { LambdaFunction } from '../lambda/functions.ts';
import type { Lambda } from '../lambda/lambda.ts';
import { type Model, type Resource, readProperties } from '../template/model.ts';
import { json } from '../template/schema.ts';

/** A REQUEST authorizer of a WebSocket API. */
export interface Authorizer {
  id: string;
  fn: LambdaFunction;
  /** The identity sources, such as `route.request.querystring.EIO`. */
  identitySource: string[];
}

export interface Route {
  key: string;
  /** Undefined for a route without an integration. */
  fn: LambdaFunction | undefined;
  authorizer: Authorizer | undefined;
}

export interface Cors {
  allowOrigins: string[];
  allowMethods: string[];
  allowHeaders: string[];
  exposeHeaders: string[];
  allowCredentials: boolean;
  maxAge: number | undefined;
}

/** An API of the template, with its routes and their functions. */
export interface Api {
  id: string;
  name: string;
  protocol: 'WEBSOCKET' | 'HTTP';
  stage: string;
  routeSelection: string;
  routes: Map<string, Route>;
  cors: Cors | undefined;
}

const strings = z._default(z.array(z.string()), []);
const apiSchema = z.object({
  Name: z.optional(z.string()),
  ProtocolType: z.enum(['WEBSOCKET', 'HTTP']),
  RouteSelectionExpression: z._default(z.string(), '$request.body.action'),
  CorsConfiguration: z.optional(
    z.object({
      AllowOrigins: strings,
      AllowMethods: strings,
      AllowHeaders: strings,
      ExposeHeaders: strings,
      AllowCredentials: z._default(z.boolean(), false),
      MaxAge: z.optional(z.number()),
    }),
  ),
});
const stageSchema = z.object({ ApiId: z.string(), StageName: z.string(), StageVariables: z.optional(json) });
const routeSchema = z.object({
  ApiId: z.string(),
  RouteKey: z.string(),
  Target: z.optional(z.string()),
  AuthorizationType: z._default(z.string(), 'NONE'),
  AuthorizerId: z.optional(z.string()),
  RouteResponseSelectionExpression: z.optional(z.string()),
});
const integrationSchema = z.object({
  IntegrationType: z.string(),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.optional(z.string()),
});
const authorizerSchema = z.object({
  AuthorizerType: z.string(),
  AuthorizerUri: z.string(),
  IdentitySource: z._default(z.array(z.string()), []),
});

export function loadApis(model: Model, lambda: Lambda): Api[] {
  return model.ofType('AWS::ApiGatewayV2::Api').map((resource) => {
    const properties = readProperties(resource, apiSchema);
    const id = resource.identity().ref;
    const cors = properties.CorsConfiguration;
    return {
      id,
      name: properties.Name ?? id,
      protocol: properties.ProtocolType,
      stage: stageOf(model, resource, properties.ProtocolType),
      routeSelection: properties.RouteSelectionExpression,
      routes: routesOf(model, id, lambda),
      cors: cors && {
        allowOrigins: cors.AllowOrigins,
        allowMethods: cors.AllowMethods,
        allowHeaders: cors.AllowHeaders,
        exposeHeaders: cors.ExposeHeaders,
        allowCredentials: cors.AllowCredentials,
        maxAge: cors.MaxAge,
      },
    };
  });
}

function stageOf(model: Model, api: Resource, protocol: string): string {
  const stages = model
    .ofType('AWS::ApiGatewayV2::Stage')
    .map((resource) => readProperties(resource, stageSchema))
    .filter((stage) => stage.ApiId === api.identity().ref);
  const [stage, ...others] = stages;
  if (!stage || others.length > 0) throw new Error(`${api.where}: the local cloud needs exactly one stage of an API`);
  if (stage.StageVariables) throw new Error(`${api.where}: the local cloud does not implement stage variables`);
  if (protocol === 'HTTP' && stage.StageName !== '$default') {
    throw new Error(`${api.where}: the local cloud serves an HTTP API's $default stage only, not ${stage.StageName}`);
  }
  return stage.StageName;
}

function routesOf(model: Model, apiId: string, lambda: Lambda): Map<string, Route> {
  const routes = new Map<string, Route>();
  for (const resource of model.ofType('AWS::ApiGatewayV2::Route')) {
    const route = readProperties(resource, routeSchema);
    if (route.ApiId !== apiId) continue;
    if (route.RouteResponseSelectionExpression) {
      throw new Error(`${resource.where}: the local cloud does not implement route responses`);
    }
    if (route.AuthorizationType !== 'NONE' && route.AuthorizationType !== 'CUSTOM') {
      throw new Error(`${resource.where}: the local cloud does not implement ${route.AuthorizationType} authorization`);
    }
    routes.set(route.RouteKey, {
      key: route.RouteKey,
      fn: integrated(model, resource, route.Target, lambda),
      authorizer:
        route.AuthorizationType === 'CUSTOM' ? authorizer(model, resource, route.AuthorizerId, lambda) : undefined,
    });
  }
  return routes;
}

function integrated(
  model: Model,
  route: Resource,
  target: string | undefined,
  lambda: Lambda,
): LambdaFunction | undefined {
  if (target === undefined) return undefined;
  const integration = model
    .ofType('AWS::ApiGatewayV2::Integration')
    .find((candidate) => `integrations/${candidate.identity().ref}` === target);
  if (!integration) throw new Error(`${route.where}: there is no integration ${target}`);
  const properties = readProperties(integration, integrationSchema);
  if (properties.IntegrationType !== 'AWS_PROXY') {
    throw new Error(
      `${integration.where}: the local cloud does not implement ${properties.IntegrationType} integrations`,
    );
  }
  // WebSocket integrations have no payload format. CDK sets 2.0 for HTTP APIs only.
  if (properties.PayloadFormatVersion !== undefined && properties.PayloadFormatVersion !== '2.0') {
    throw new Error(`${integration.where}: the local cloud implements payload format 2.0 only`);
  }
  return functionOf(integration, properties.IntegrationUri, lambda);
}

function authorizer(model: Model, route: Resource, id: string | undefined, lambda: Lambda): Authorizer {
  const resource = model.ofType('AWS::ApiGatewayV2::Authorizer').find((candidate) => candidate.identity().ref === id);
  if (!id || !resource) throw new Error(`${route.where}: there is no authorizer ${id}`);
  const properties = readProperties(resource, authorizerSchema);
  if (properties.AuthorizerType !== 'REQUEST') {
    throw new Error(`${resource.where}: the local cloud does not implement ${properties.AuthorizerType} authorizers`);
  }
  for (const source of properties.IdentitySource) {
    if (!/^route\.request\.(header|querystring)\./.test(source)) {
      throw new Error(`${resource.where}: the local cloud does not implement the identity source ${source}`);
    }
  }
  return { id, fn: functionOf(resource, properties.AuthorizerUri, lambda), identitySource: properties.IdentitySource };
}

function functionOf(resource: Resource, uri: string, lambda: Lambda): LambdaFunction {
  const fn = lambda.find(uri);
  if (!fn) throw new Error(`${resource.where}: there is no function ${uri}`);
  return fn;
}
