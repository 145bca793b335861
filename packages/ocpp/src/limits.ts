/** Limits of one connection. Those that others share are held against theirs by a test in host. */
export const connectionLimits = {
  /** Part 4 §4.2.1: a message id has at most 36 characters. */
  messageIdCharsMax: 36,
  jsonDepthMax: 32,
  /** Calls of ours waiting for their turn. */
  callQueueMax: 256,
  /** Waiting for its turn, and again waiting for its answer. */
  callTimeoutMillis: 30_000,
  /** Calls of the peer being handled; a peer that keeps Part 4 §4.1.1 has one. */
  handlingMax: 16,
  /** Bytes the peer has not read yet; one that reads nothing is closed. */
  bufferedBytesMax: 4_194_304,
  /** Part 4 §4.2.3. */
  errorDescriptionCharsMax: 255,
} as const
