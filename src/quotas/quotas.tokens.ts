/** The value token of the quotas of the application's options, resolved. */
export const QUOTAS_CONFIGURED = Symbol.for('cadre.quotas.configured');
