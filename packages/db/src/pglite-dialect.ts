import type { PGlite, Transaction } from "@electric-sql/pglite";
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

/**
 * Kysely over one PGlite instance, which the caller opens and closes. A transaction holds PGlite's own lock from begin to
 * end, so that statements of others (the job engine's) wait instead of slipping into it.
 */
export function createPgliteDialect(pglite: PGlite): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => createDriver(pglite),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

interface OpenTransaction {
  readonly handle: Transaction;
  readonly end: (action: "commit" | "rollback") => Promise<void>;
}

function createDriver(pglite: PGlite): Driver {
  const transactions = new WeakMap<DatabaseConnection, OpenTransaction>();
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
          const target = transactions.get(connection)?.handle ?? pglite;
          const { rows, affectedRows } = await target.query<Row>(sql, [...parameters]);
          return affectedRows === undefined ? { rows } : { rows, numAffectedRows: BigInt(affectedRows) };
        },
        streamQuery: async function* <Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
          yield await connection.executeQuery<Row>(query);
        },
      };
      return Promise.resolve(connection);
    },
    beginTransaction: async (connection, { isolationLevel }) => {
      transactions.set(connection, await begin(pglite));
      if (isolationLevel !== undefined) {
        await connection.executeQuery(CompiledQuery.raw(`set transaction isolation level ${isolationLevel}`));
      }
    },
    commitTransaction: (connection) => end(connection, "commit"),
    rollbackTransaction: (connection) => end(connection, "rollback"),
  };
}

function begin(pglite: PGlite): Promise<OpenTransaction> {
  return new Promise((resolve, reject) => {
    const outcome = Promise.withResolvers<"commit" | "rollback">();
    const ended = pglite.transaction(async (handle) => {
      resolve({
        handle,
        end: async (action) => {
          outcome.resolve(action);
          await ended;
        },
      });
      if ((await outcome.promise) === "rollback") await handle.rollback();
    });
    ended.catch(reject);
  });
}
