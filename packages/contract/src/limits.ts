/** Every limit that more than one part must agree on. Units are the last word of the name. */
export const limits = {
  /** One OCPP frame, after decompression. */
  frameBytesMax: 262_144,
  /** Nesting of a JSON document at any door. */
  jsonDepthMax: 32,
  /** One request body over HTTP. */
  bodyBytesMax: 262_144,
  /** One answer over HTTP: the list of every station of a large operator. */
  answerBytesMax: 4_194_304,
  /** Calls waiting for their turn on one OCPP connection. */
  callQueueMax: 256,
  callTimeoutMillis: 30_000,
  httpTimeoutMillis: 20_000,
  /** Checkpoints of one signer that a witness keeps. */
  checkpointsPerHourMax: 120,

  /** Clock difference tolerated when an issued-at lies in the future. */
  clockSkewMillisMax: 30_000,
  /** From issued-at to expiry of a signed command. */
  commandLifetimeMillisMax: 24 * 3_600_000,
  /** One window of the megawatt budget, and so the longest effect interval. */
  budgetWindowMillis: 30 * 60_000,
  /**
   * A market day is a UTC day; it is closed to day-ahead plans so long before it begins. Tariffs of the
   * next day are out by then.
   */
  planClosureMillis: 6 * 3_600_000,
  /** From first to last edge of one schedule. */
  scheduleMillisMax: 24 * 3_600_000,
  schedulePeriodsMax: 96,
  /** Charging profiles of one provider that a station holds. */
  profilesHeldMax: 16,

  /** How long a trigger waits for its arm. */
  armWaitMillisMax: 5_000,
  /** The longest window of one arm (ECS47a/ECS47e). */
  armWindowMillisMax: 24 * 3_600_000,
  /** Between the change and the return that one arm allows. */
  armChangeSpacingMillis: 60_000,
  /** An arm that no trigger has used by then is dead. */
  armUnusedMillis: 60_000,
  /** An alert that it was used has so long to come before its budget is given back. */
  armAlertMillis: 120_000,
  /** How far ahead a service request may be dated. */
  futureDatedMillisMax: 30 * 24 * 3_600_000,
  /** A future-dated request that could not be carried out in so long is dropped: its time has passed. */
  executionLateMillisMax: 60_000,
  armsHeldMax: 16,
  triggersWaitingMax: 4,

  /** Regulation 11 of SI 2021/1467. */
  randomDelaySecondsDefault: 600,
  randomDelaySecondsMax: 1_800,
  /** After this without an answer a home station applies its stored authorisation rule. */
  authorisationWaitMillis: 10_000,

  /** How far ahead other charging hours may begin: the day after next, after a day of 25 hours. */
  hoursAheadMillisMax: 49 * 3_600_000,

  /** How far the two frequency readings of one home may differ. */
  frequencyDisagreementHertzMax: 0.05,
  /** How old a frequency reading may be when a station acts on it. */
  frequencyAgeMillisMax: 2_000,
  responseMillisMax: 30 * 60_000,
  curvePointsMax: 20,

  ownerKeysMax: 8,
  /** How old the supervisor's signed list of first cells may be when a station pins it. */
  cellsAgeMillisMax: 24 * 3_600_000,
  pairingCodeAttemptsMax: 5,
  pairingCodeMillis: 10 * 60_000,
  /** A consumer's override ends by itself. */
  overrideMillisMax: 12 * 3_600_000,

  /** A frame inside a home, on either network: a revocation list fits, with what JSON adds to it. */
  linkFrameBytesMax: 262_144,
  /** The signed command that sets a tariff, as the home's devices pass it on. */
  tariffBytesMax: 8_192,
  linkMessageLifetimeMillis: 10_000,
  /** A list with its authority, PEM: some three thousand serials; in base64 it fits one frame. */
  revocationListCharsMax: 180_000,
  /** How old a list may be when a critical act rests on it. */
  revocationListMillisMax: 72 * 3_600_000,
  /** A new list is signed this often, also when nobody was revoked. */
  revocationListRenewMillis: 24 * 3_600_000,

  /** Named readers of one sealed message. */
  sealReadersMax: 1_000,
  /** Runs of missing messages of one author that a reader remembers, to know them when they come late. */
  sealGapsMax: 64,
  /**
   * A group topic is published to under one epoch so long after the key server last said so. With the
   * time until it asks again who may still read, this is how long a withdrawn consent can still be
   * read on: under a minute, even where a carrier withholds every new key.
   */
  leaseMillis: 40_000,
  /** The key server says so, and asks again who may still read, this often. */
  leaseRenewMillis: 15_000,
  /** The longest life of one key of a group topic. */
  epochMillisMax: 12 * 3_600_000,
  /**
   * Epochs of one topic that a member keeps the keys of, for what comes late or is replayed. What is kept under it
   * no organisation can fill by coming and going, nor six together: see `joinAgainMillis`.
   */
  epochsHeldMax: 512,
  /** Joins of one group topic by one organisation: so many at once, ... */
  joinsAtOnceMax: 8,
  /** ... and from then on one in this time. Leaving is not paced. */
  joinAgainMillis: 6 * 3_600_000,
  /** A reader that finds one message unfit tries so often before it puts that aside. */
  deliveryAttemptsMax: 5,
  /** Before the second attempt; each further pause is twice the last, up to `deliveryRetryMillisMax`. */
  deliveryRetryMillis: 250,
  /** Between attempts at a message that is held: a store that is back is noticed within this. */
  deliveryRetryMillisMax: 8_000,
  /** Messages that a reader has put aside and keeps; the oldest go. */
  deadLettersMax: 200,
  /** Authors tell the key server what they have said, and readers ask it, this often. */
  headsMillis: 30_000,
  /** A station asks this often: there are many, and what they read is said again. */
  headsOfStationsMillis: 300_000,
  /** Looks, one at each asking, for which what a reader was told of may still be on its way. */
  headLooksMax: 4,
  /** An author that has signed nothing of how far it has come for so long, or never spoke in its group, is silent. */
  authorSilentMillis: 180_000,
  /** A station is silent after this: it may be offline, and charges all the same. */
  stationSilentMillis: 3_600_000,
  /** What one request states, or one answer brings. */
  headsPerRequestMax: 400,
  /** Heads that the key server keeps, one for each author, topic and audience; and of these of one author. */
  headsMax: 500_000,
  headsPerAuthorMax: 50_000,
  /** Members of one group topic. */
  groupMembersMax: 1_000,
  /** Group topics of one key server: each is asked about at every renewal. */
  groupsMax: 100_000,
  /** Of these, what the clients of one organisation may begin while the key server runs. */
  groupsPerOrganisationMax: 40_000,
} as const
