export { MemoryRunStore, type MemoryRunStoreOptions } from './memory/memory-run.store.js';
export { MemoryStatusHistoryStore } from './memory/memory-status-history.store.js';
export { MemoryWorkflowStore } from './memory/memory-workflow.store.js';
export { SqlRunStore } from './runs/sql-run.store.js';
