import { concatBytes, plainBytes } from "@cairn/protocol";

/** Reads a stream of chunks in pieces of any size. */
export interface ChunkReader {
  /** The next bytes, fewer only at the end of the stream. */
  take(length: number): Promise<Uint8Array>;
  /** Ends the stream early. */
  close(): Promise<void>;
}

/** A reader of the chunks; it buffers no more than the requested piece needs. */
export function createChunkReader(chunks: AsyncIterable<Uint8Array>): ChunkReader {
  const iterator = chunks[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array();
  return {
    async take(length) {
      while (held.length < length) {
        const { done, value } = await iterator.next();
        if (done) break;
        held = held.length === 0 ? plainBytes(value) : concatBytes(held, value);
      }
      const taken = held.subarray(0, length);
      held = held.subarray(taken.length);
      return taken;
    },
    async close() {
      await iterator.return?.();
    },
  };
}
