import * as z from 'zod/mini';
import type { Service } from '../gate/gate.ts';
import { jsonApi, operation, ServiceError } from '../gate/json-api.ts';
import { type Secrets, secretArn } from './secrets.ts';

const INVALID = 'InvalidParameterException';

const name = z.string().check(z.regex(/^[\w/+=.@-]{1,512}$/));
const text = z.string().check(z.minLength(1), z.maxLength(65_536));

const Create = z.object({ Name: name, SecretString: text });
const Put = z.object({ SecretId: z.string(), SecretString: text });
const Delete = z.object({ SecretId: z.string(), ForceDeleteWithoutRecovery: z._default(z.boolean(), false) });
const Restore = z.object({ SecretId: z.string() });
const Get = z.object({
  SecretId: z.string(),
  VersionStage: z._default(z.enum(['AWSCURRENT', 'AWSPREVIOUS']), 'AWSCURRENT'),
});

/**
 * The Secrets Manager API for text secrets: create, read, replace, delete and restore.
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html
 */
export function secretsManagerApi(secrets: Secrets): Service {
  return jsonApi('secretsmanager', {
    CreateSecret: operation(Create, INVALID, ({ Name, SecretString }) => ({
      resource: secretArn(Name),
      run() {
        const { current } = secrets.create(Name, SecretString);
        return { ARN: secretArn(Name), Name, VersionId: current.id };
      },
    })),
    GetSecretValue: operation(Get, INVALID, ({ SecretId, VersionStage }) => {
      const Name = secrets.nameOf(SecretId);
      return {
        resource: secretArn(Name),
        run() {
          const { current, previous, created } = secrets.get(Name);
          const version = VersionStage === 'AWSCURRENT' ? current : previous;
          if (!version) {
            const message = `Secrets Manager can't find the specified secret value for staging label: ${VersionStage}`;
            throw new ServiceError('ResourceNotFoundException', message);
          }
          return {
            ARN: secretArn(Name),
            Name,
            VersionId: version.id,
            SecretString: version.text,
            VersionStages: [VersionStage],
            CreatedDate: created,
          };
        },
      };
    }),
    DeleteSecret: operation(Delete, INVALID, ({ SecretId, ForceDeleteWithoutRecovery }) => {
      const Name = secrets.nameOf(SecretId);
      return {
        resource: secretArn(Name),
        run() {
          secrets.delete(Name, ForceDeleteWithoutRecovery);
          return { ARN: secretArn(Name), Name };
        },
      };
    }),
    RestoreSecret: operation(Restore, INVALID, ({ SecretId }) => {
      const Name = secrets.nameOf(SecretId);
      return {
        resource: secretArn(Name),
        run() {
          secrets.restore(Name);
          return { ARN: secretArn(Name), Name };
        },
      };
    }),
    PutSecretValue: operation(Put, INVALID, ({ SecretId, SecretString }) => {
      const Name = secrets.nameOf(SecretId);
      return {
        resource: secretArn(Name),
        run() {
          const { current } = secrets.replace(Name, SecretString);
          return { ARN: secretArn(Name), Name, VersionId: current.id, VersionStages: ['AWSCURRENT'] };
        },
      };
    }),
  });
}
