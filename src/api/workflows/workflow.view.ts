import type { LibraryEntry } from '../../workflows/index.js';
import { toOptionalInstant } from '../instants.js';

/** A workflow in a list: its current version, and which others there are. */
export function toWorkflowSummary(current: LibraryEntry, versions: readonly LibraryEntry[]) {
  const { name, version, definition } = current;
  return { name, version, description: definition.description, versions: toVersionViews(versions) };
}

/** One version of a workflow as REST answers it. */
export function toWorkflowView(entry: LibraryEntry, versions: readonly LibraryEntry[]) {
  const { name, version, source, createdAt, definition } = entry;
  return {
    name,
    version,
    source,
    createdAt: toOptionalInstant(createdAt),
    definition,
    versions: toVersionViews(versions),
  };
}

/** @param versions the lowest first */
function toVersionViews(versions: readonly LibraryEntry[]) {
  return versions.toReversed().map(({ version, source, createdAt }) => ({
    version,
    source,
    createdAt: toOptionalInstant(createdAt),
  }));
}
