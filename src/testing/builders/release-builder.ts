import assert from 'node:assert/strict';
import { resolveManifest, type AgentManifest, type ManifestInput } from '../../agents/index.js';
import { Release, type InstanceSource } from '../../registry/index.js';
import type { AgentStatus, LiveStatus } from '../../status/index.js';

/** A status that a test sets. */
type StubStatus = { -readonly [Field in keyof LiveStatus]: LiveStatus[Field] };

/** An instance that does nothing but exist. */
const IDLE = { execute: () => undefined };

/** What a test may say of a release besides its manifest. */
export interface ReleaseCircumstances {
  /** Default `active`. */
  readonly status?: AgentStatus;
  readonly instances?: InstanceSource;
}

/** A valid manifest; its capabilities are provided by `execute`. */
export function manifestOf(input: ManifestInput): AgentManifest {
  const resolution = resolveManifest(input, IDLE);
  assert.ok(resolution.ok, 'the manifest of a test must be valid');
  return resolution.manifest;
}

/** A release with a status that a test can set: `live.status = 'failed'`. */
export function buildRelease(
  input: ManifestInput,
  { status = 'active', instances = { lifetime: 'shared', get: () => IDLE } }: ReleaseCircumstances = {},
): { release: Release; live: StubStatus } {
  const manifest = manifestOf(input);
  const id = `${manifest.name}@${manifest.version}`;
  const live: StubStatus = { release: id, status, since: 1_000, triggeredBy: 'system' };
  return { release: new Release(manifest, instances, live), live };
}
