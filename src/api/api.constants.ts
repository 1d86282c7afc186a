/** Where the versioned interface begins; health, documentation and the OpenAPI document stand outside of it. */
export const API_PREFIX = 'api/v1';
