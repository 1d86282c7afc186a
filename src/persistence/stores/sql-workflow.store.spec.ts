import { describeOnDatabases } from '../../testing/sql-databases.js';
import { testParts } from '../../testing/test-parts.js';
import { describeWorkflowStore } from '../../testing/workflow-store.contract.js';
import { SqlWorkflowStore } from './sql-workflow.store.js';

describe('SqlWorkflowStore', () => {
  describeOnDatabases(['workflows'], (database) => {
    describeWorkflowStore(async () => {
      const [one, other = one] = await database.emptiedPair();
      return [new SqlWorkflowStore(one, testParts()), new SqlWorkflowStore(other, testParts())];
    });
  });
});
