import type { Model } from '../template/model.ts';

/**
 * Custom resources of the CDK's own whose work the local cloud does itself, with why their functions do not run:
 * the first is written in Python, the second deletes objects when a stack is deleted, which never happens here.
 */
const NATIVE = new Set(['Custom::S3BucketNotifications', 'Custom::S3AutoDeleteObjects']);

export function isNative(type: string): boolean {
  return NATIVE.has(type);
}

/** ARNs of the functions behind such custom resources. */
export function nativeHandlers(model: Model): Set<string> {
  const resources = model.resources.filter(({ type }) => isNative(type));
  // The configuration itself may have to wait for other custom resources.
  return new Set(
    resources.map((resource) => String(resource.propertiesExcept('NotificationConfiguration').ServiceToken)),
  );
}
