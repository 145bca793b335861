/** Reasons that servers give, each with the HTTP status of its problem+json answer. */
export const serverRefusals = {
  NotAuthenticated: { status: 401, words: 'the client did not prove who it is' },
  NotPermitted: { status: 403, words: 'this role may not do that' },
  CertificateRevoked: { status: 403, words: "the client's certificate is revoked" },
  NotFound: { status: 404, words: 'there is no such thing here' },
  BodyInvalid: { status: 400, words: 'the request does not have the agreed shape' },
  BodyTooLarge: { status: 413, words: 'the request is larger than allowed' },
  DeviceUnknown: { status: 404, words: 'the device is not in the register' },
  DeviceState: { status: 409, words: 'the device is not in a state that allows this' },
  RequestInvalid: { status: 400, words: 'the certificate request does not verify' },
  IdentityMismatch: { status: 403, words: 'the identity is not the one registered' },
  CommandRefused: { status: 403, words: 'the command fails a gate' },
  NotCritical: { status: 400, words: 'the command needs no countersignature' },
  ArmRequired: { status: 403, words: 'the command must be armed; it is never countersigned' },
  PlausibilityFailed: { status: 403, words: 'the command makes no sense for this device' },
  InventoryMismatch: {
    status: 409,
    words: "the data company's inventory says otherwise of the device",
  },
  RateExceeded: { status: 429, words: 'too many requests of this kind' },
  BudgetExceeded: { status: 409, words: 'the megawatt budget of a window is used up; quarantined' },
  ReservationConflict: { status: 409, words: 'that reservation id stands for other edges' },
  IdempotencyConflict: { status: 409, words: 'that key stands for another request' },
  PlanUnacceptable: { status: 409, words: "the plan is outside the system operator's limit" },
  PlanClosed: { status: 409, words: 'the day of that window is closed to plans' },
  CheckpointConflict: { status: 409, words: 'an earlier checkpoint says otherwise' },
  PeerUnavailable: { status: 503, words: 'the other ledger does not answer; nothing is granted' },
  StationOffline: { status: 503, words: 'the station is not connected' },
  Unavailable: { status: 503, words: 'a part this depends on does not answer' },
  Internal: { status: 500, words: 'something here is broken; it has been logged' },
} as const satisfies Record<string, { status: number; words: string }>

export type ServerRefusal = keyof typeof serverRefusals
