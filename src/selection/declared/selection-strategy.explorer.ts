import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { classOf } from '../../registry/index.js';
import type { FoundStrategy } from './declare-strategies.js';
import { readStrategyDeclaration } from './selection-strategy.accessor.js';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** Finds the classes with `@SelectionStrategy` among all providers of all modules, in one scan. One object is found once. */
@Injectable()
export class SelectionStrategyExplorer {
  constructor(private readonly discovery: DiscoveryService) {}

  explore(): FoundStrategy[] {
    const found = new Map<unknown, FoundStrategy>();
    for (const wrapper of this.discovery.getProviders()) {
      const strategy = wrapper.isAlias ? undefined : readWrapper(wrapper);
      if (strategy !== undefined) found.set(strategy.instance ?? wrapper, strategy);
    }
    return [...found.values()];
  }
}

function readWrapper(wrapper: Wrapper): FoundStrategy | undefined {
  const isShared = !wrapper.isTransient && wrapper.isDependencyTreeStatic();
  const instance: unknown = isShared ? wrapper.instance : undefined;
  // In this order: what a factory or a value made, the class of the provider, and what an overridden one stands for.
  for (const candidate of [classOf(instance), wrapper.metatype, wrapper.token]) {
    const declaration = readStrategyDeclaration(candidate);
    if (declaration !== undefined) return { ...declaration, instance };
  }
  return undefined;
}
