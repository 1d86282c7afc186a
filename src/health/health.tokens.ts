export const HEALTH_OPTIONS = Symbol.for('cadre.health.options');
