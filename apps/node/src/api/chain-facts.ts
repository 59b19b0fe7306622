import { type Db, listBlocks } from "@cairn/db";

/** How many entries of the L1 queue blocks have consumed, the open one included. */
export async function countProcessed(db: Db): Promise<number> {
  const [last] = await listBlocks(db, { limit: 1 });
  return last === undefined ? 0 : last.firstQueueIndex + last.l1OperationCount;
}
