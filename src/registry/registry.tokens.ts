/** The value token of {@link ResolvedRegistryOptions}. */
export const REGISTRY_OPTIONS = Symbol.for('cadre.registry.options');
