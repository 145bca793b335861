/** One reason: the HTTP status of its problem+json answer, and what is said to people. */
export type ServerRefusalRow = {
  readonly status: number
  readonly words: string
  /** What whoever was refused can do about it, where there is something. */
  readonly remedy?: string
}

/** Reasons that servers give. */
export const serverRefusals = {
  NotAuthenticated: {
    status: 401,
    words: 'the client did not prove who it is',
    remedy: 'connect with the certificate or the password that was set up for this identity',
  },
  CertificateMissing: {
    status: 401,
    words: 'the client showed no certificate',
    remedy: 'connect over TLS with the client certificate that was issued to you',
  },
  CertificateUntrusted: {
    status: 401,
    words: "the client's certificate is not from an authority that is trusted here",
    remedy: 'send the whole chain, leaf first, of a certificate under the root of this network',
  },
  CertificateExpired: {
    status: 401,
    words: "the client's certificate has expired",
    remedy: 'have it renewed by whoever issued it, and check that your clock is right',
  },
  CertificateNotYetValid: {
    status: 401,
    words: "the client's certificate is not valid yet",
    remedy: 'wait until it is, and check that the clocks are right',
  },
  IdentityMissing: {
    status: 401,
    words: "the client's certificate names no role and organisation of this network",
    remedy: 'have one issued that names an EUI-64, an organisation and a role',
  },
  CertificateRevoked: {
    status: 403,
    words: "the client's certificate is revoked",
    remedy: 'have a new one issued for a new key; this one is not trusted again',
  },
  QuarantineUnknown: {
    status: 404,
    words: 'no request of yours is held under this reference',
    remedy: 'list what is held; what was processed or deleted is gone',
  },
  NotPermitted: {
    status: 403,
    words: 'this role may not do that',
    remedy: 'use the certificate of a role, and of an organisation, that may',
  },
  UnknownIdentity: {
    status: 404,
    words: 'nobody of that identity is expected here',
    remedy: 'check the identity at the end of the URL, and have it put into the database here',
  },
  AlreadyConnected: {
    status: 429,
    words: 'this identity is connected already, and the connection answers',
    remedy: 'close the other connection first; if it is not yours, the key has been copied',
  },
  NotFound: { status: 404, words: 'there is no such thing here' },
  BodyInvalid: { status: 400, words: 'the request does not have the agreed shape' },
  BodyTooLarge: { status: 413, words: 'the request is larger than allowed' },
  DeviceUnknown: { status: 404, words: 'the device is not in the register' },
  DeviceState: { status: 409, words: 'the device is not in a state that allows this' },
  RequestInvalid: { status: 400, words: 'the certificate request does not verify' },
  IdentityMismatch: {
    status: 403,
    words: 'the identity is not the one registered',
    remedy: 'use the certificate of the very one that is named',
  },
  CommandRefused: { status: 403, words: 'the command fails a gate' },
  TokenRefused: {
    status: 409,
    words: 'the register does not take the token',
    remedy: 'the detail says what is wrong with it, or whose it is',
  },
  DriverNotAllowed: {
    status: 409,
    words: 'the driver may not charge there, by contract or by the register of tokens',
  },
  NotCritical: { status: 400, words: 'the command needs no countersignature' },
  ArmRequired: { status: 403, words: 'the command must be armed; it is never countersigned' },
  PlausibilityFailed: { status: 403, words: 'the command makes no sense for this device' },
  TrustMismatch: {
    status: 409,
    words: "the supervisor's register has the station in another trust mode",
    remedy: 'give the trust mode of the register, or have the station registered anew',
  },
  InventoryMismatch: {
    status: 409,
    words: "the data company's inventory says otherwise of the device",
  },
  RateExceeded: {
    status: 429,
    words: 'too many requests of this kind',
    remedy: 'wait before the next one',
  },
  BudgetExceeded: { status: 409, words: 'the megawatt budget of a window is used up; quarantined' },
  ReservationConflict: { status: 409, words: 'that reservation id stands for other edges' },
  IdempotencyConflict: { status: 409, words: 'that key stands for another request' },
  PlanUnacceptable: { status: 409, words: "the plan is outside the system operator's limit" },
  PlanClosed: { status: 409, words: 'the day of that window is closed to plans' },
  HoursConflict: {
    status: 409,
    words: "the statement does not follow what the register knows of the charger's hours",
  },
  CheckpointConflict: { status: 409, words: 'an earlier checkpoint says otherwise' },
  PeerUnavailable: { status: 503, words: 'the other ledger does not answer; nothing is granted' },
  StationOffline: { status: 503, words: 'the station is not connected' },
  Unavailable: {
    status: 503,
    words: 'a part this depends on does not answer',
    remedy: 'try again later',
  },
  Internal: { status: 500, words: 'something here is broken; it has been logged' },
} as const satisfies Record<string, ServerRefusalRow>

export type ServerRefusal = keyof typeof serverRefusals
export const serverRefusalRow = (reason: ServerRefusal): ServerRefusalRow => serverRefusals[reason]
