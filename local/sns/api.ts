import type { Answer, Service } from '../gate/gate.ts';
import type { Reply } from '../shared/http.ts';
import type { Xml } from '../shared/query-protocol.ts';
import { arn } from '../template/names.ts';
import { SnsError } from './errors.ts';
import { type Mail, publish } from './publish.ts';
import { entries, failure, Parameters, success } from './query-protocol.ts';

interface Operation {
  /** The IAM resource. */
  resource: (parameters: Parameters) => string;
  /** The result, if any. */
  run: (parameters: Parameters, mail: Mail) => Xml | undefined;
}

const named = (parameter: string) => (parameters: Parameters) => parameters.required(parameter);
const application = named('PlatformApplicationArn');
const endpoint = named('EndpointArn');

/** A list of resources with attributes, 100 per page. */
const PAGE = 100;

function page(
  parameters: Parameters,
  tag: string,
  name: string,
  all: [string, { attributes: Record<string, string> }][],
): Xml {
  const start = Number(parameters.text('NextToken') ?? 0);
  const member = all.slice(start, start + PAGE).map(([self, { attributes }]) => ({
    [name]: self,
    Attributes: entries(attributes),
  }));
  return { [tag]: { member }, ...(start + PAGE < all.length && { NextToken: String(start + PAGE) }) };
}

/** Mobile push and text messages. Source: https://docs.aws.amazon.com/sns/latest/api/API_Operations.html */
const OPERATIONS: Record<string, Operation> = {
  CreatePlatformApplication: {
    // The resource in AWS's error message. It contains neither platform nor name.
    resource: () => arn('sns', 'app/'),
    run: (p, { registry }) => ({
      PlatformApplicationArn: registry.createApplication(
        p.required('Name'),
        p.required('Platform'),
        p.map('Attributes'),
      ),
    }),
  },
  SetPlatformApplicationAttributes: {
    resource: application,
    run(p, { registry }) {
      registry.setApplication(application(p), p.map('Attributes'));
      return undefined;
    },
  },
  GetPlatformApplicationAttributes: {
    resource: application,
    run: (p, { registry }) => ({ Attributes: entries(registry.application(application(p)).attributes) }),
  },
  ListPlatformApplications: {
    resource: () => arn('sns', '*'),
    run: (p, { registry }) => page(p, 'PlatformApplications', 'PlatformApplicationArn', registry.applications()),
  },
  DeletePlatformApplication: {
    resource: application,
    run(p, { registry }) {
      registry.deleteApplication(application(p));
      return undefined;
    },
  },
  CreatePlatformEndpoint: {
    resource: application,
    run(p, { registry }) {
      const userData = p.text('CustomUserData');
      return {
        EndpointArn: registry.createEndpoint(application(p), p.required('Token'), userData, p.map('Attributes')),
      };
    },
  },
  GetEndpointAttributes: {
    resource: endpoint,
    run: (p, { registry }) => ({ Attributes: entries(registry.endpoint(endpoint(p)).attributes) }),
  },
  SetEndpointAttributes: {
    resource: endpoint,
    run(p, { registry }) {
      registry.setEndpoint(endpoint(p), p.map('Attributes'));
      return undefined;
    },
  },
  DeleteEndpoint: {
    resource: endpoint,
    run(p, { registry }) {
      registry.deleteEndpoint(endpoint(p));
      return undefined;
    },
  },
  ListEndpointsByPlatformApplication: {
    resource: application,
    run(p, { registry }) {
      registry.application(application(p));
      return page(p, 'Endpoints', 'EndpointArn', registry.endpointsOf(application(p)));
    },
  },
  Publish: {
    resource: (p) => p.text('TargetArn') ?? p.text('TopicArn') ?? p.required('PhoneNumber'),
    run: (p, mail) => ({ MessageId: publish(p, mail) }),
  },
};

/** The SNS API for mobile push and text messages. */
export function snsApi(mail: Mail): Service {
  return async ({ body }, authorize) => {
    const parameters = new Parameters(body.toString('utf8'));
    const name = parameters.text('Action') ?? 'Unknown';
    const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
    if (!operation) {
      const text = `The local cloud does not implement ${name} of SNS`;
      return answer(name, '', failure(new SnsError('InvalidAction', 400, text)));
    }
    let resource = '';
    try {
      resource = operation.resource(parameters);
      const denial = authorize(`SNS:${name}`, resource);
      if (denial) {
        const denied = failure(new SnsError('AuthorizationError', 403, denial.message));
        return { ...answer(name, resource, denied), allowed: false };
      }
      return answer(name, resource, success(name, operation.run(parameters, mail)));
    } catch (error) {
      if (!(error instanceof SnsError)) throw error;
      return answer(name, resource, failure(error));
    }
  };
}

function answer(operation: string, resource: string, reply: Reply): Answer {
  return { operation, resource, reply, allowed: true };
}
