/**
 * Errors thrown by this package. A retry helps only for those marked (retry).
 *
 * - `db/unavailable`: the database refused, dropped or timed out a connection or a statement; whether a pending commit
 *   happened is unknown: read before writing again (retry).
 * - `db/migration-failed`: the schema could not be brought up to date; `cause` says why.
 * - `db/old-schema`: the database has a schema from before the first release: restore into an empty one.
 * - `db/newer-schema`: the database was migrated by a newer version of Cairn.
 * - `db/wrong-chain`: the database belongs to another rollup or another block size.
 * - `db/locked`: another running node uses this database (retry after it has ended).
 * - `db/conflict`: a row that must be new exists, or one that must exist does not.
 * - `db/not-empty`: the target database of a copy already has rows.
 * - `db/corrupt`: a stored value breaks its layout.
 * - `db/jobs-failed`: the job engine could not be started or reached (retry).
 * - `db/test-server-failed`: the PostgreSQL server for tests did not start.
 */
export type DbErrorCode =
  | "db/unavailable"
  | "db/migration-failed"
  | "db/old-schema"
  | "db/newer-schema"
  | "db/wrong-chain"
  | "db/locked"
  | "db/conflict"
  | "db/not-empty"
  | "db/corrupt"
  | "db/jobs-failed"
  | "db/test-server-failed";
