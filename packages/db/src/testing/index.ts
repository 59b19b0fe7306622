export { type PostgresServer, startPostgres } from "./postgres.ts";
export { type SharedPostgres, servePostgres, shareTestPostgres } from "./shared-postgres.ts";
export { createTestDatabases, PREPARED_DIR, type TestDatabase, type TestDatabases } from "./test-databases.ts";
