import type { TaskContext } from '../agents/index.js';
import { CadreError, SeededRandom, SystemClock, type Clock, type RandomSource } from '../common/index.js';

/**
 * What is wrong with an agent.
 * @publicApi
 */
export interface Fault {
  /** The only capability it concerns; default: all, and the health check too. */
  readonly capability?: string;
  /** Share of calls that fail, 0 to 1; default 1. */
  readonly ratio?: number;
  /** What they fail with; default: a retryable error with the code `FAULT_INJECTED`. Anything may be thrown. */
  readonly error?: unknown;
}

/** How many milliseconds late an agent begins. */
interface Delay {
  readonly capability: string | undefined;
  readonly ms: number;
}

/**
 * Breaks agents on demand, to see what becomes of the tasks. It wraps an instance; what is wrapped works as before until
 * something is wrong with it.
 *
 * @example
 * const faults = new FaultInjector();
 * await registry.register(faults.wrap(new ResearchAgent()), { name: 'research', capabilities: [WebResearch] });
 * faults.break({ capability: 'web_research', ratio: 0.5 });
 * faults.fix();
 * @publicApi
 */
export class FaultInjector {
  readonly #clock: Clock;
  readonly #random: RandomSource;
  #faults: Fault[] = [];
  #delays: Delay[] = [];
  #calls = 0;

  /** By default on the machine's clock, with chance that repeats. */
  constructor({ clock, random }: { readonly clock?: Clock; readonly random?: RandomSource } = {}) {
    this.#clock = clock ?? new SystemClock();
    this.#random = random ?? new SeededRandom(1);
  }

  /** How many tasks the wrapped agents got. */
  get calls(): number {
    return this.#calls;
  }

  /** Makes calls fail from now on, beside what is wrong already. */
  break(fault: Fault = {}): void {
    this.#faults.push(fault);
  }

  /** Makes tasks begin so many milliseconds late from now on; the last one that concerns a task counts. */
  slowDown(ms: number, capability?: string): void {
    this.#delays.push({ ms, capability });
  }

  /** Takes back what is wrong: with one capability alone, or all of it. */
  fix(capability?: string): void {
    const stays = (one: { readonly capability?: string }): boolean =>
      capability !== undefined && one.capability !== capability;
    this.#faults = this.#faults.filter(stays);
    this.#delays = this.#delays.filter(stays);
  }

  /**
   * The same agent with the faults in its way: every method that gets a task, and `healthCheck()`. Its own fields and private
   * members are where they were.
   */
  wrap<Agent extends object>(agent: Agent): Agent {
    return new Proxy(agent, {
      get: (target, member) => {
        const value: unknown = Reflect.get(target, member, target);
        if (typeof value !== 'function' || member === 'constructor') return value;
        return (...args: unknown[]): unknown => {
          const call = (): unknown => Reflect.apply(value, target, args);
          if (member === 'healthCheck') return this.#pass(undefined, undefined, call);
          return isTask(args[1]) ? this.#pass(args[1].capability, args[1].signal, call) : call();
        };
      },
    });
  }

  #pass(capability: string | undefined, signal: AbortSignal | undefined, call: () => unknown): unknown {
    if (capability !== undefined) this.#calls += 1;
    const concerns = (one: { readonly capability?: string }): boolean =>
      one.capability === undefined || one.capability === capability;
    const fault = this.#faults.find(
      (one) => concerns(one) && (one.ratio === undefined || this.#random.next() < one.ratio),
    );
    const goOn = (): unknown => {
      if (fault === undefined) return call();
      throw 'error' in fault ? fault.error : new InjectedFault(capability);
    };
    const delay = this.#delays.findLast(concerns);
    return delay === undefined ? goOn() : this.#clock.delay(delay.ms, signal).then(goOn);
  }
}

function isTask(value: unknown): value is TaskContext {
  return typeof value === 'object' && value !== null && 'capability' in value && 'signal' in value;
}

/** What a broken agent fails with when nothing else was asked for. */
class InjectedFault extends CadreError {
  constructor(capability = 'health check') {
    super({
      code: 'FAULT_INJECTED',
      kind: 'execution',
      message: `A fault was injected into "${capability}"; take it back with fix().`,
      details: { capability },
      retryable: true,
    });
  }
}
