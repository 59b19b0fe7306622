/**
 * Restores the archive argv[5] into the PostgreSQL database argv[2] of the rollup argv[4] on the L1 at argv[3], and kills
 * itself at the argv[6]-th group of questions about queue entries and payouts, of which there is one before each write.
 */
import { createFastCompress } from "@cairn/crypto/fast";
import { openDatabase } from "@cairn/db";
import { connectToL1, createL1Access, rollupAt } from "@cairn/l1";
import { pino } from "pino";
import { restoreFromArchives } from "../src/restore/archives/restore-archives.ts";

const [databaseUrl = "", rpcUrl = "", address = "", archive = "", deadly = ""] = process.argv.slice(2);
const reader = await connectToL1(rpcUrl, { retryCount: 0 });
const { multicall } = reader;
let asked = 0;
const mortal = Object.assign(reader, {
  multicall: (...args: Parameters<typeof multicall>) => {
    if (++asked === Number(deadly)) process.kill(process.pid, "SIGKILL");
    return multicall(...args);
  },
});
const database = await openDatabase({ type: "server", url: databaseUrl });
await restoreFromArchives({
  db: database.db,
  access: createL1Access(rollupAt(mortal, address)),
  compress: await createFastCompress(),
  archives: [archive],
  head: { type: "confirmations", safe: 1, final: 3 },
  ranges: { first: 100, max: 100 },
  logger: pino({ level: "silent" }),
});
await database.close();
