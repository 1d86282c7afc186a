import { describeOnDatabases } from '../../testing/databases/sql-databases.js';
import { testParts } from '../../testing/test-parts.js';
import { describeWorkflowStore } from '../../testing/contracts/workflow-store.contract.js';
import { openDatabase } from '../open-database.js';
import { SqlWorkflowStore } from './sql-workflow.store.js';

describe('SqlWorkflowStore', () => {
  describeOnDatabases(
    (options) => openDatabase(options, testParts()),
    ['workflows'],
    (database) => {
      describeWorkflowStore(async () => {
        const [one, other = one] = await database.emptied();
        return [new SqlWorkflowStore(one, testParts()), new SqlWorkflowStore(other, testParts())];
      });
    },
  );
});
