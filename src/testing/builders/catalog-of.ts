import assert from 'node:assert/strict';
import { resolveManifest, type ManifestInput } from '../../agents/index.js';
import { Catalog, Release } from '../../registry/index.js';

/** A release in service, of an agent that does nothing but exist. */
export function releaseOf(input: ManifestInput): Release {
  const instance = { execute: () => undefined };
  const resolution = resolveManifest(input, instance);
  assert.ok(resolution.ok, 'the manifest of a test must be valid');
  const { manifest } = resolution;
  const live = {
    release: `${manifest.name}@${manifest.version}`,
    status: 'active',
    since: 0,
    triggeredBy: 'system',
  } as const;
  return new Release(manifest, { lifetime: 'shared', get: () => instance }, live);
}

/** A catalog of active releases. */
export function catalogOf(...inputs: readonly ManifestInput[]): Catalog {
  const catalog = new Catalog();
  for (const input of inputs) catalog.add(releaseOf(input));
  return catalog;
}
