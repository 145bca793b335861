/**
 * What a device keeps: entries in the order they were appended, each on the disk before `append`
 * returns. The host implements it as a file; entries are JSON values.
 */
export type Journal = {
  /** Read anew from where they are kept: a device with a long past holds none of it in memory. */
  entries(): readonly unknown[]
  /** @throws Fault when the entry could not be made durable; it is then absent. */
  append(entry: unknown): void
  /** So much was appended, in entries or in bytes, that it is time to write it anew. */
  readonly isLong: boolean
  /** Replaces everything by `entries`, whole or not at all. */
  rewrite(entries: readonly unknown[]): void
  close(): void
}
