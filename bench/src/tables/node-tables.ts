import type { CryptoReport } from "../measure/crypto.ts";
import type { DataReport } from "../measure/data.ts";
import type { StateReport } from "../measure/state.ts";
import type { VmReport } from "../measure/vm.ts";
import type { Sample } from "../sample.ts";
import { formatDecimal, formatInteger, type Table } from "../table.ts";
import { sampleCells } from "./sample-cells.ts";

const RATE_COLUMNS = ["", "per second", "spread"];

/** Bytes that blocks publish. */
export function dataTables(reports: readonly DataReport[]): Table[] {
  return [
    {
      title: "Published bytes",
      notes: [
        "In calldata, without cells of 0 at the end; a blob has the same cells. Per transfer: a block with a transfer in every slot, header cell included.",
      ],
      columns: ["slots", "block of transfers", "per transfer", "full block"],
      rows: reports.map(({ slots, transfersBytes, bytesPerTransfer, fullBytes }) => [
        String(slots),
        formatInteger(transfersBytes),
        formatDecimal(bytesPerTransfer, 2),
        formatInteger(fullBytes),
      ]),
    },
  ];
}

/** Hashes and signatures. */
export function cryptoTables(report: CryptoReport): Table[] {
  return [
    {
      title: "Cryptography, one thread",
      notes: ["Fast: the WebAssembly of the node. Pure: TypeScript, as in the browser."],
      columns: RATE_COLUMNS,
      rows: [
        rateRow("compress, fast", report.compressFast),
        rateRow("compress, pure", report.compressPure),
        rateRow("signature check, fast", report.verifyFast),
        rateRow("signature check, pure", report.verifyPure),
        rateRow("signing, pure", report.signPure),
      ],
    },
  ];
}

/** Updates of the state tree. */
export function stateTables({ accounts, blockUpdates, bulkUpdates, memory, lmdb }: StateReport): Table[] {
  return [
    {
      title: "State tree updates, one thread",
      notes: [
        `Accounts spread over a tree of ${formatInteger(accounts)}; each set of updates is one block, durable on return.`,
      ],
      columns: RATE_COLUMNS,
      rows: [
        rateRow(`memory, ${formatInteger(blockUpdates)} at once`, memory.block),
        rateRow(`memory, ${formatInteger(bulkUpdates)} at once`, memory.bulk),
        rateRow(`LMDB, ${formatInteger(blockUpdates)} at once`, lmdb.block),
        rateRow(`LMDB, ${formatInteger(bulkUpdates)} at once`, lmdb.bulk),
      ],
    },
  ];
}

/** Transfers that the VM executes. */
export function vmTables({ slots, accounts, fast, pure }: VmReport): Table[] {
  const rows = (
    [
      ["fast", fast],
      ["pure", pure],
    ] as const
  ).flatMap(([path, rates]) => [
    rateRow(`${path}, signatures not checked`, rates.withoutSignatures),
    rateRow(`${path}, signatures checked`, rates.withSignatures),
    rateRow(`${path}, signatures checked, state tree in memory`, rates.withSignaturesAndTree),
  ]);
  return [
    {
      title: "VM: transfers, one thread",
      notes: [
        `Blocks of ${slots} transfers between ${2 * slots} of ${formatInteger(accounts)} accounts, from the first transfer to the sealed block.`,
      ],
      columns: RATE_COLUMNS,
      rows,
    },
  ];
}

function rateRow(name: string, sample: Sample): string[] {
  return [name, ...sampleCells(sample, formatInteger)];
}
