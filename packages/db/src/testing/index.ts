export { type PostgresServer, startPostgres } from "./postgres.ts";
export { createTestDatabases, type TestDatabase, type TestDatabases } from "./test-databases.ts";
