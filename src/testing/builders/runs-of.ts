import { WorkflowRunner } from '../../orchestration/index.js';
import { WorkflowLibrary } from '../../workflows/index.js';

/** The runs of an application, with what only REST tells of them otherwise: their steps, and lists. */
export function runsOf(app: { get(token: typeof WorkflowRunner): WorkflowRunner }): WorkflowRunner {
  return app.get(WorkflowRunner);
}

/** The workflows of an application, which only REST stores otherwise. */
export function workflowsOf(app: { get(token: typeof WorkflowLibrary): WorkflowLibrary }): WorkflowLibrary {
  return app.get(WorkflowLibrary);
}
