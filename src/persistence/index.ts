export { MemoryRunStore, type MemoryRunStoreOptions } from './memory/memory-run.store.js';
export { MemoryStatusHistoryStore } from './memory/memory-status-history.store.js';
export { MemoryWorkflowStore } from './memory/memory-workflow.store.js';
export { SqlRunStore } from './runs/sql-run.store.js';
export { DATABASE_DEFAULTS, DURABILITIES, type DatabaseOptions } from './database.options.js';
export { openDatabase } from './open-database.js';
export { Database } from './sql/database.js';
export { SqlStatusHistoryStore } from './stores/sql-status-history.store.js';
export { SqlWorkflowStore } from './stores/sql-workflow.store.js';
