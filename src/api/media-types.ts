/** As registered with IANA. */
export const JSON_SCHEMA = 'application/schema+json';
export const MERMAID = 'text/vnd.mermaid';
