/** One change of a batch; a null value deletes the key. */
export interface KeyValueChange {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

/** Reads of byte strings by byte keys. Returned bytes belong to the caller. */
export interface KeyValueReader {
  /** The value, or undefined where there is none. Throws `state/io`, `state/store-closed`. */
  get(key: Uint8Array): Uint8Array | undefined;
}

/** A record. */
export interface KeyValue {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** Reads that also find what follows a key. */
export interface OrderedReader extends KeyValueReader {
  /** The first record with this key or a higher one, in the order of bytes. Throws as {@link KeyValueReader.get}. */
  next(key: Uint8Array): KeyValue | undefined;
}

/** A view of the store at one moment, untouched by later writes; it must be closed. */
export interface KeyValueSnapshot extends KeyValueReader {
  close(): void;
}

/** What the state tree needs of a storage engine; one writer, synchronous. */
export interface KeyValueStore extends OrderedReader {
  /**
   * Applies all changes in their order, or none; they are durable when it returns. They are read once, and may come from
   * reading the store. Throws `state/io`, `state/store-closed`.
   */
  write(changes: Iterable<KeyValueChange>): void;
  snapshot(): KeyValueSnapshot;
  /** Ends the use of the store; open snapshots end with it. */
  close(): Promise<void>;
}
