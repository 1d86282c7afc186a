export { MemoryStatusHistoryStore } from './memory/memory-status-history.store.js';
