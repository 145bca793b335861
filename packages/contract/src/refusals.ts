/**
 * Every reason a gate can give, once. The name is also the OCPP `statusInfo.reasonCode`, which is
 * why none is longer than 20 characters (StatusInfoType). `gate` 0 is the door: the frame itself.
 */
export type RefusalRow = {
  readonly gate: 0 | 1 | 2 | 3 | 4 | 5
  /** Said to a person; completes "Refused: …". */
  readonly words: string
  /** OCPP security event raised by the station, where the reason is a sign of attack. */
  readonly event?: string
}

const attack = 'AttemptedReplayAttacks'
const invalid = 'InvalidMessages'

export const refusals = {
  Unsigned: { gate: 0, words: 'a critical command came without a signature', event: invalid },
  Malformed: { gate: 0, words: 'the signed message cannot be read', event: invalid },
  CritMissing: { gate: 0, words: 'an extension is missing or not marked critical', event: invalid },
  ActionMismatch: { gate: 1, words: 'the signature is for another action', event: invalid },
  SignerUnknown: {
    gate: 1,
    words: 'the signer is not the one pinned for its role',
    event: invalid,
  },
  SignerRevoked: { gate: 1, words: "the signer's certificate is revoked", event: invalid },
  RevocationStale: {
    gate: 1,
    words: 'the charger has no list of revoked certificates from the last three days',
  },
  SignatureInvalid: { gate: 1, words: 'the signature does not verify', event: invalid },
  TargetMismatch: { gate: 1, words: 'it is addressed to another charger', event: invalid },
  TimeUntrusted: { gate: 1, words: 'the charger has no trusted time yet' },
  NotYetValid: { gate: 1, words: 'it was issued in the future', event: invalid },
  Expired: { gate: 1, words: 'it has expired', event: attack },
  LifetimeTooLong: { gate: 1, words: 'it would stay valid for too long', event: invalid },
  EffectRelative: { gate: 1, words: 'its effect is not at an absolute time', event: invalid },
  EffectTooLong: { gate: 1, words: 'its effect could come within more than one budget window' },
  EffectPast: { gate: 1, words: 'its effect lies in the past', event: attack },
  Replayed: { gate: 1, words: 'its counter has been used', event: attack },

  RoleForbidden: { gate: 2, words: 'the sender may not send this', event: invalid },
  ParameterForbidden: { gate: 2, words: 'the sender may not send these values', event: invalid },
  ProviderNotBound: { gate: 2, words: 'the sender is not the provider bound to this charger' },

  NotSeconded: { gate: 3, words: 'no second party agreed', event: invalid },
  CountersignSigner: { gate: 3, words: 'the countersigner is not the supervisor', event: invalid },
  CountersignInvalid: { gate: 3, words: 'the countersignature does not verify', event: invalid },
  CountersignExpired: { gate: 3, words: 'the countersignature has expired', event: attack },
  HoursDiffer: { gate: 3, words: 'the supervisor seconded it for other charging hours' },
  SameOrganisation: { gate: 3, words: 'both signatures are from one organisation', event: invalid },
  SecondUnsuitable: { gate: 3, words: 'this command needs the other kind of second party' },
  NotArmed: { gate: 3, words: 'no arm for it arrived in time' },
  ArmInvalid: { gate: 3, words: "the arm's signature does not verify", event: invalid },
  ArmOriginator: { gate: 3, words: 'the arm is from someone else', event: invalid },
  ArmRevoked: { gate: 3, words: "the certificate of the arm's signer is revoked", event: invalid },
  ArmTarget: { gate: 3, words: 'the arm is for another charger', event: invalid },
  ArmDirection: { gate: 3, words: 'the arm is for the other direction' },
  ArmWindow: { gate: 3, words: "it is outside the arm's window" },
  ArmLevel: { gate: 3, words: "it asks for more than the arm's level" },
  ArmUse: { gate: 3, words: 'the arm was given for another use' },
  ArmTooSoon: { gate: 3, words: 'the last change under this arm was less than a minute ago' },
  ArmSpent: { gate: 3, words: 'the arm is used up', event: attack },

  NoCurve: { gate: 3, words: 'no countersigned frequency curve is stored' },
  CurveExpired: { gate: 3, words: 'the frequency curve is not in force' },
  FrequencyStale: { gate: 3, words: 'the frequency reading is too old' },
  FrequencyDisagrees: { gate: 3, words: 'the two frequency readings disagree', event: invalid },
  InsideDeadband: { gate: 3, words: 'the frequency is inside the deadband' },
  Destabilising: { gate: 3, words: 'it would make the frequency worse', event: invalid },
  ResponseTooLong: { gate: 3, words: 'the response has lasted its longest time' },

  DelayTooLong: { gate: 4, words: 'the random delay would exceed its legal limit' },
  EffectOutside: { gate: 4, words: 'it would take effect outside its effect interval' },
  Overridden: { gate: 4, words: "the owner's override is in force" },

  AboveHardware: { gate: 5, words: 'it asks for more than the charger can do' },
  AboveFuse: { gate: 5, words: 'it asks for more than the fuse allows' },
  AboveSite: { gate: 5, words: 'it asks for more than the site allows' },
  NoSuchEvse: { gate: 5, words: 'the charger has no such EVSE' },
  EvseFaulted: { gate: 5, words: 'the EVSE has a fault' },
} as const satisfies Record<string, RefusalRow>

export type RefusalReason = keyof typeof refusals
export const refusalReasons = Object.keys(refusals) as RefusalReason[]
export const refusalRow = (reason: RefusalReason): RefusalRow => refusals[reason]
