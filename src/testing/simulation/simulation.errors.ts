import { CadreError } from '../../common/index.js';

/** A simulation is set up with what cannot be. */
export class SimulationError extends CadreError {
  constructor(field: string, value: unknown, allowed: string) {
    const shown = typeof value === 'number' ? String(value) : `a value of type ${typeof value}`;
    super({
      code: 'SIMULATION_INVALID',
      kind: 'definition',
      message: `${field} of the simulation is ${shown}; it must be ${allowed}.`,
      details: { field },
    });
  }
}

/** What simulated agents fail with, as often as their behavior says. */
export class SimulatedFailure extends CadreError {
  constructor(agent: string) {
    super({
      code: 'SIMULATED_FAILURE',
      kind: 'execution',
      message: `"${agent}" failed, as its simulated behavior says.`,
      details: { agent },
      retryable: true,
    });
  }
}

/** @throws SIMULATION_INVALID for a number outside of the range */
export function checkAmount(field: string, value: number, least: number, most = Number.MAX_VALUE): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  const allowed = most === Number.MAX_VALUE ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new SimulationError(field, value, `a finite number ${allowed}`);
}
