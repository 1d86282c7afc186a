import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { SchedulerRegistry } from '@nestjs/schedule';
import { beatEvery } from '../common/index.js';
import { AgentRegistry, type AgentInfo, type HealthCheckOutcome } from '../registry/index.js';
import { HealthMonitor, type AgentHealth } from './health-monitor.js';

/** What the interval is called in Nest's `SchedulerRegistry`. */
const INTERVAL = 'cadre-health';

/** Milliseconds between two looks at what is due. */
const BEAT_MS = 250;

/**
 * Watches the health of agents: asks them on a schedule and when somebody wants to know.
 * @publicApi
 */
@Injectable()
export class HealthCheckService
  implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  constructor(
    private readonly registry: AgentRegistry,
    private readonly monitor: HealthMonitor,
    private readonly ownTimers: SchedulerRegistry,
    private readonly moduleRef: ModuleRef,
  ) {}

  /**
   * Asks an agent how it is, now, by `name` or `name@range`; see `AgentRegistry.checkHealth`.
   * @throws AGENT_UNKNOWN, VERSION_RANGE_INVALID
   */
  check(reference: string): Promise<HealthCheckOutcome> {
    return this.registry.checkHealth(reference);
  }

  /** Who is active and well; see `AgentRegistry.healthyAgents`. */
  healthyAgents(options?: { readonly maxAgeMs?: number }): Promise<AgentInfo[]> {
    return this.registry.healthyAgents(options);
  }

  /** How a release is doing in this process, by `name` or `name@range`. @throws AGENT_UNKNOWN, VERSION_RANGE_INVALID */
  of(reference: string): AgentHealth {
    return this.monitor.healthOf(reference);
  }

  onModuleInit(): void {
    this.monitor.open();
  }

  onApplicationBootstrap(): void {
    const beat = beatEvery(BEAT_MS, () => this.monitor.beat());
    this.#findTimers().addInterval(INTERVAL, beat);
  }

  async beforeApplicationShutdown(): Promise<void> {
    const timers = this.#findTimers();
    if (timers.doesExist('interval', INTERVAL)) timers.deleteInterval(INTERVAL);
    await this.monitor.stop();
  }

  /** Last of all: tasks that end while the application stops are still learned from. */
  onApplicationShutdown(): void {
    this.monitor.close();
  }

  /** The registry of the application's own `ScheduleModule`, where it has one: importing a second would run its jobs twice. */
  #findTimers(): SchedulerRegistry {
    const all = this.moduleRef.get(SchedulerRegistry, { strict: false, each: true });
    return all.find((timers) => timers !== this.ownTimers) ?? this.ownTimers;
  }
}
