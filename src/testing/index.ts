// The third door, `cadre/testing`: what tests of agents and of workflows are made with, and the simulator.

// Time and chance that a test decides
export { SeededRandom } from '../common/index.js';
export { VirtualClock } from './virtual-clock.js';

// Agents that fail on demand
export { FaultInjector, type Fault } from './fault-injector.js';

// The simulator
export { evenly, mixOf, poisson, recorded } from './simulation/arrivals.js';
export type { Arrivals, SimulatedInput, SimulatedInputs } from './simulation/arrivals.js';
export { byInputType, changing } from './simulation/behavior.js';
export type { Behaving, Behavior, Situation } from './simulation/behavior.js';
export { measureWorth, type Worth } from './simulation/contest.js';
export { constant, exponential, logNormal, measured, scaled, uniform } from './simulation/distribution.js';
export type { Distribution } from './simulation/distribution.js';
export { simulate, type Simulation } from './simulation/simulate.js';
export type { SimulatedAgent } from './simulation/simulated-agent.js';
export { SimulationResult, type SimulatedTask } from './simulation/simulation-result.js';
