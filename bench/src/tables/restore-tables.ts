import { RECURRENCES, type RestoreReport } from "../measure/restore.ts";
import type { Sample } from "../sample.ts";
import { formatInteger, type Table } from "../table.ts";
import { sampleCells } from "./sample-cells.ts";

/** Transfers restored from published data. */
export function restoreTables(reports: readonly RestoreReport[]): Table[] {
  const [first] = reports;
  if (first === undefined) return [];
  const { accounts, transfers } = first;
  const rows: readonly (readonly [string, (report: RestoreReport) => Sample | undefined])[] = [
    ["JSON-RPC over HTTP to LMDB", ({ rpc }) => rpc],
    ["archive file to LMDB", ({ archive }) => archive],
    ["calldata in memory to LMDB", ({ calldata }) => calldata],
    ["archive file to memory", ({ memory }) => memory],
    [`archive file to LMDB, each account ${RECURRENCES} times`, ({ recurring }) => recurring],
    [`archive file of blobs to LMDB, each account ${RECURRENCES} times`, ({ blobs }) => blobs?.archive],
    [
      `calldata in memory, blobs from an archive file, to LMDB, each account ${RECURRENCES} times`,
      ({ blobs }) => blobs?.calldata,
    ],
    ["replay only, nothing hashed or written", ({ replay }) => replay],
  ];
  return [
    {
      title: "Restore: transfers, one thread",
      notes: [
        `${formatInteger(transfers)} transfers of ${formatInteger(accounts)} accounts, each account once: the most hashing that this number of transfers can need. Where accounts recur, a leaf is hashed once for all transfers between two checkpoints.`,
        "All checks included: data hashes, queue, payouts, commitments, final root; durable on return.",
        "JSON-RPC: a server in a separate thread on this machine. A remote one adds its latency; 24 requests are under way at a time.",
      ],
      columns: ["", "slots", "per second", "spread"],
      rows: reports.flatMap((report) =>
        rows.flatMap(([name, of]) => {
          const sample = of(report);
          return sample === undefined ? [] : [[name, String(report.slots), ...sampleCells(sample, formatInteger)]];
        }),
      ),
    },
  ];
}
