import { WorkflowRunner } from '../orchestration/index.js';

/** The runs of an application, with what only REST tells of them otherwise: their steps, and lists. */
export function runsOf(app: { get(token: typeof WorkflowRunner): WorkflowRunner }): WorkflowRunner {
  return app.get(WorkflowRunner);
}
