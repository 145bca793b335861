/** Limits of OSCP. Units are the last word of the name. */
export const oscpLimits = {
  /** A week of 15-minute blocks on each of three phases. */
  blocksMax: 3 * 7 * 96,
  measurementsMax: 1_000,
  nameCharsMax: 128,
  textCharsMax: 1_024,
  tokenCharsMin: 16,
  tokenCharsMax: 256,
  urlCharsMax: 512,
  versionsMax: 16,
  segmentsMax: 64,
  /** More than any feeder carries; keeps arithmetic exact. */
  capacityMax: 1e9,
  heartbeatSecondsMin: 1,
  heartbeatSecondsMax: 86_400,
  /** How far ahead a heartbeat may put off the fallback. */
  offlineMillisMax: 24 * 3_600_000,
  /** A signed message counts so long after it was signed, and so much before, for clocks differ. */
  signatureAgeMillisMax: 60_000,
  signatureAheadMillisMax: 30_000,
  /** Signed requests of one peer that are remembered while they could be repeated. */
  requestsRememberedMax: 10_000,
} as const
