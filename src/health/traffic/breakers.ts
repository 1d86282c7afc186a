import type { Cancel, Clock, EventBus, RandomSource } from '../../common/index.js';
import type { AttemptObservation } from '../../metrics/index.js';
import { AgentUnregistered, type Release, type Trials } from '../../registry/index.js';
import { StatusChanged } from '../../status/index.js';
import { BreakerChanged, type BreakerStateName } from '../health.events.js';
import type { ResolvedHealthOptions } from '../health.options.js';
import { Breaker, type BreakerState } from './breaker.js';
import type { Obstacles } from './obstacles.js';

/** What breakers work with. */
export interface BreakersParts {
  readonly obstacles: Obstacles;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly events: EventBus;
  readonly options: ResolvedHealthOptions['breaker'];
}

/** A circuit that is not closed. */
export interface OpenCircuit {
  readonly capability: string;
  readonly state: Exclude<BreakerStateName, 'closed'>;
  readonly reason: string;
  /** Milliseconds until tasks may try it; 0 when it is half-open. */
  readonly openForMs: number;
}

/** The breaker of one release at one capability, and what ends the time for which it is open. */
interface Circuit {
  readonly release: Release;
  readonly capability: string;
  readonly breaker: Breaker;
  cancelTimer: Cancel;
}

/** The breaker of each release at each capability, in this process; what it decides is put in the way of tasks. */
export class Breakers {
  readonly #circuits = new WeakMap<Release, Map<string, Circuit>>();
  /** Those that are open: each has a timer. */
  readonly #open = new Set<Circuit>();
  #cancels: Cancel[] = [];

  constructor(private readonly parts: BreakersParts) {}

  /** Follows what becomes of releases. */
  open(): void {
    const { events } = this.parts;
    this.#cancels = [
      events.subscribe(AgentUnregistered, ({ release }) => this.#forget(release)),
      events.subscribe(StatusChanged, ({ release, to }) => void (to === 'active' && this.#tryAgain(release))),
    ];
  }

  close(): void {
    for (const cancel of this.#cancels.splice(0)) cancel();
    for (const circuit of this.#open) circuit.cancelTimer();
    this.#open.clear();
  }

  /** Learns from an attempt that has ended. */
  record({ release, capability, taskId, verdict, durationMs }: AttemptObservation, nowMs: number): void {
    const circuit = this.#circuitOf(release, capability);
    const before = circuit.breaker.state;
    circuit.breaker.record({ taskId, verdict, durationMs }, nowMs);
    // All that a call can change of a closed circuit that stays so is counted by now.
    if (before.kind !== 'closed' || circuit.breaker.state !== before) this.#follow(circuit, before);
  }

  /** The circuits of a release that are not closed. */
  openCircuitsOf(release: Release): OpenCircuit[] {
    const nowMs = this.parts.clock.monotonicMs();
    return this.#circuitsOf(release).flatMap(({ capability, breaker: { state } }) => {
      if (state.kind === 'closed') return [];
      const openForMs = state.kind === 'open' ? Math.max(state.untilMs - nowMs, 0) : 0;
      return [{ capability, state: state.kind, reason: state.reason, openForMs }];
    });
  }

  #circuitsOf(release: Release): Circuit[] {
    return [...(this.#circuits.get(release)?.values() ?? [])];
  }

  #circuitOf(release: Release, capability: string): Circuit {
    let ofRelease = this.#circuits.get(release);
    if (ofRelease === undefined) this.#circuits.set(release, (ofRelease = new Map<string, Circuit>()));
    let circuit = ofRelease.get(capability);
    if (circuit === undefined) {
      const breaker = new Breaker(this.parts.options, this.parts.random);
      circuit = { release, capability, breaker, cancelTimer: () => {} };
      ofRelease.set(capability, circuit);
    }
    return circuit;
  }

  /** Draws the consequences of what has become of a circuit. */
  #follow(circuit: Circuit, before: BreakerState): void {
    const { state } = circuit.breaker;
    if (state !== before) {
      if (state.kind === 'open') this.#startTimer(circuit, state.untilMs);
      this.#lendTrials(circuit.release);
    }
    const { isPassing } = circuit.breaker;
    // What is in the way is there before anybody hears of it; who waits looks again as soon as it is gone.
    if (!isPassing) this.#place(circuit);
    if (state !== before) this.#tell(circuit, before);
    if (isPassing) this.#place(circuit);
  }

  #startTimer(circuit: Circuit, untilMs: number): void {
    const { clock } = this.parts;
    this.#open.add(circuit);
    circuit.cancelTimer = clock.schedule(untilMs - clock.monotonicMs(), () => this.#halfOpen(circuit));
  }

  #halfOpen(circuit: Circuit): void {
    circuit.cancelTimer();
    this.#open.delete(circuit);
    const before = circuit.breaker.state;
    circuit.breaker.halfOpen();
    this.#follow(circuit, before);
  }

  /** Only a release with a half-open circuit needs to be told of the tasks that it gets. */
  #lendTrials(release: Release): void {
    const isTried = this.#circuitsOf(release).some(({ breaker }) => breaker.state.kind === 'half-open');
    release.trials = isTried ? this.#trialsOf(release) : undefined;
  }

  #trialsOf(release: Release): Trials {
    const act = (capability: string, change: (breaker: Breaker) => void): void => {
      const circuit = this.#circuitOf(release, capability);
      if (circuit.breaker.state.kind !== 'half-open') return;
      change(circuit.breaker);
      this.#place(circuit);
    };
    return {
      take: (capability, taskId) => act(capability, (breaker) => breaker.take(taskId)),
      giveBack: (capability, taskId) => act(capability, (breaker) => breaker.giveBack(taskId)),
    };
  }

  #place({ release, capability, breaker }: Circuit): void {
    const { state } = breaker;
    if (state.kind === 'closed' || breaker.isPassing) {
      this.parts.obstacles.remove(release, capability, 'breaker');
      return;
    }
    const what = state.kind === 'open' ? 'is open' : 'is half-open, and being tried';
    const reason = `its circuit for ${capability} ${what}: ${state.reason}`;
    this.parts.obstacles.put(release, capability, { code: 'breaker', reason });
  }

  #tell({ release, capability, breaker: { state } }: Circuit, before: BreakerState): void {
    const { clock, events } = this.parts;
    events.publish(BreakerChanged, {
      release,
      capability,
      from: before.kind,
      to: state.kind,
      reason: state.kind === 'closed' ? 'its trial tasks succeeded' : state.reason,
      ...(state.kind === 'open' && { openMs: state.untilMs - clock.monotonicMs() }),
    });
  }

  /** A release that was put in service again is tried at once. */
  #tryAgain(id: string): void {
    const tried = [...this.#open].filter(({ release }) => release.id === id);
    for (const circuit of tried) this.#halfOpen(circuit);
  }

  #forget(release: Release): void {
    for (const circuit of this.#circuitsOf(release)) {
      circuit.cancelTimer();
      this.#open.delete(circuit);
    }
    this.#circuits.delete(release);
  }
}
