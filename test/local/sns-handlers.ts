import * as sns from '@aws-sdk/client-sns';

const client = new sns.SNSClient({ maxAttempts: 1 });

const OPERATIONS: Record<string, (input: never) => Promise<object>> = {
  CreatePlatformApplication: (input) => client.send(new sns.CreatePlatformApplicationCommand(input)),
  SetPlatformApplicationAttributes: (input) => client.send(new sns.SetPlatformApplicationAttributesCommand(input)),
  GetPlatformApplicationAttributes: (input) => client.send(new sns.GetPlatformApplicationAttributesCommand(input)),
  ListPlatformApplications: (input) => client.send(new sns.ListPlatformApplicationsCommand(input)),
  DeletePlatformApplication: (input) => client.send(new sns.DeletePlatformApplicationCommand(input)),
  CreatePlatformEndpoint: (input) => client.send(new sns.CreatePlatformEndpointCommand(input)),
  GetEndpointAttributes: (input) => client.send(new sns.GetEndpointAttributesCommand(input)),
  SetEndpointAttributes: (input) => client.send(new sns.SetEndpointAttributesCommand(input)),
  DeleteEndpoint: (input) => client.send(new sns.DeleteEndpointCommand(input)),
  ListEndpointsByPlatformApplication: (input) => client.send(new sns.ListEndpointsByPlatformApplicationCommand(input)),
  Publish: (input) => client.send(new sns.PublishCommand(input)),
  ListTopics: (input) => client.send(new sns.ListTopicsCommand(input)),
};

/** Calls one operation of SNS with the SDK, and tells what came of it: the answer, or the error's name and message. */
export async function callSns({ operation, input }: { operation: string; input: never }): Promise<object> {
  try {
    const { $metadata, ...output } = Object.assign({ $metadata: {} }, await OPERATIONS[operation]?.(input));
    return output;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { error: error.name, message: error.message };
  }
}
