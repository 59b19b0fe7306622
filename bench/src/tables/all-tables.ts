import type { Measurements } from "../report.ts";
import type { Table } from "../table.ts";
import { comparisonTable } from "./comparison-table.ts";
import { batchGasTables, callGasTables } from "./gas-tables.ts";
import { gateTables } from "./gate-tables.ts";
import { cryptoTables, dataTables, stateTables, vmTables } from "./node-tables.ts";
import { provingTables } from "./proving-tables.ts";
import { restoreTables } from "./restore-tables.ts";

/** Tables of everything that was measured, the comparison last. */
export function allTables(measurements: Readonly<Measurements>): Table[] {
  const { gates, proving, batches, calls, data, vm, state, crypto, restore } = measurements;
  return [
    ...(gates ? gateTables(gates) : []),
    ...(proving ? provingTables(proving) : []),
    ...(batches ? batchGasTables(batches) : []),
    ...(calls ? callGasTables(calls) : []),
    ...(data ? dataTables(data) : []),
    ...(vm ? vmTables(vm) : []),
    ...(restore ? restoreTables(restore) : []),
    ...(state ? stateTables(state) : []),
    ...(crypto ? cryptoTables(crypto) : []),
    comparisonTable(measurements),
  ];
}
