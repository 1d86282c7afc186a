import type { SelectionRequest } from '../../selection/index.js';

/** A request as strategies get it; where a test is silent, a usual task for `echo`, of a small text. */
export function selectionRequest(given: Partial<SelectionRequest> = {}): SelectionRequest {
  return {
    capability: 'echo',
    inputType: 'text',
    inputBytes: 10,
    at: Date.UTC(2030, 0, 1),
    priority: 'normal',
    criticality: 'normal',
    ...given,
  };
}
