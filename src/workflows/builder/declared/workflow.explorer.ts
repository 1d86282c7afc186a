import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { classOf } from '../../../registry/index.js';
import type { FoundWorkflow } from './declared-workflows.js';
import { readWorkflowDeclaration } from './workflow.accessor.js';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** Finds the classes with `@Workflow` among all providers of all modules, in one scan. One object is found once. */
@Injectable()
export class WorkflowExplorer {
  constructor(private readonly discovery: DiscoveryService) {}

  explore(): FoundWorkflow[] {
    const found = new Map<unknown, FoundWorkflow>();
    for (const wrapper of this.discovery.getProviders()) {
      const workflow = wrapper.isAlias ? undefined : readWrapper(wrapper);
      if (workflow !== undefined) found.set(workflow.instance ?? wrapper, workflow);
    }
    return [...found.values()];
  }
}

function readWrapper(wrapper: Wrapper): FoundWorkflow | undefined {
  const isShared = !wrapper.isTransient && wrapper.isDependencyTreeStatic();
  const instance: unknown = isShared ? wrapper.instance : undefined;
  // In this order: what a factory or a value made, the class of the provider, and what an overridden one stands for.
  for (const candidate of [classOf(instance), wrapper.metatype, wrapper.token]) {
    const declaration = readWorkflowDeclaration(candidate);
    if (declaration !== undefined) return { declaration, instance };
  }
  return undefined;
}
