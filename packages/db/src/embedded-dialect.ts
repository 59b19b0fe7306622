import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from "kysely";
import type { EmbeddedEngine, EmbeddedTransaction } from "./embedded-engine.ts";

/**
 * Kysely over one embedded database, which the caller opens and closes. A transaction holds the database's own lock
 * from begin to end, so that other statements (the job engine's) wait instead of slipping into it.
 */
export function createEmbeddedDialect(engine: EmbeddedEngine): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => createDriver(engine),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

function createDriver(engine: EmbeddedEngine): Driver {
  const transactions = new WeakMap<DatabaseConnection, EmbeddedTransaction>();
  const nothing = () => Promise.resolve();

  const end = async (connection: DatabaseConnection, action: "commit" | "rollback"): Promise<void> => {
    const transaction = transactions.get(connection);
    transactions.delete(connection);
    await transaction?.end(action);
  };

  return {
    init: nothing,
    destroy: nothing,
    releaseConnection: nothing,
    acquireConnection: () => {
      const connection: DatabaseConnection = {
        executeQuery: async <Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> => {
          const target = transactions.get(connection) ?? engine;
          const { rows, affectedRows } = await target.query<Row>(sql, parameters);
          return affectedRows === undefined ? { rows } : { rows, numAffectedRows: BigInt(affectedRows) };
        },
        streamQuery: async function* <Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
          yield await connection.executeQuery<Row>(query);
        },
      };
      return Promise.resolve(connection);
    },
    beginTransaction: async (connection, { isolationLevel }) => {
      transactions.set(connection, await engine.begin());
      if (isolationLevel !== undefined) {
        await connection.executeQuery(CompiledQuery.raw(`set transaction isolation level ${isolationLevel}`));
      }
    },
    commitTransaction: (connection) => end(connection, "commit"),
    rollbackTransaction: (connection) => end(connection, "rollback"),
  };
}
