import type { SelectionRequest } from '../../selection/index.js';
import type { TaskInput } from './task-input.js';
import type { ResolvedTaskOptions } from './task.options.js';

/** What a strategy is told of a task. */
export class TaskSelection implements SelectionRequest {
  readonly inputType: string | undefined;
  readonly tenant: string | undefined;
  readonly priority: 'normal' | 'urgent';
  readonly criticality: 'normal' | 'critical';

  constructor(
    readonly capability: string,
    readonly at: number,
    private readonly input: TaskInput,
    options: ResolvedTaskOptions,
  ) {
    this.inputType = input.type;
    this.tenant = options.tenant;
    this.priority = options.priority ?? 'normal';
    this.criticality = options.criticality ?? 'normal';
  }

  get inputBytes(): number {
    return this.input.roughBytes;
  }
}
