import type { Model } from '../template/model.ts';

/**
 * Custom resources of the CDK that the local cloud implements itself. The function of the first is in Python. The
 * second deletes objects together with the stack, and stacks are never deleted here.
 */
const NATIVE = new Set(['Custom::S3BucketNotifications', 'Custom::S3AutoDeleteObjects']);

export function isNative(type: string): boolean {
  return NATIVE.has(type);
}

/** ARNs of the functions behind such custom resources. */
export function nativeHandlers(model: Model): Set<string> {
  const resources = model.resources.filter(({ type }) => isNative(type));
  // The configuration can depend on other custom resources.
  return new Set(
    resources.map((resource) => String(resource.propertiesExcept('NotificationConfiguration').ServiceToken)),
  );
}
