/** Every reason why a driver's identification does not count, once. */
export const driverRefusals = {
  CardUnreadable: 'the card does not answer as it should',
  ProofMissing: 'the token has a key, and the card did not prove that it holds it',
  ProofMalformed: 'the proof cannot be read',
  ProofElsewhere: 'the card answered to another charger',
  ProofForOther: 'the card was tapped for something else',
  ProofStale: 'the card answered at another time',
  ProofInvalid: 'the response was not made by the key of the token',
  ProofReplayed: 'the response, or a later one, has been used',
  FreshNumberMissing: 'no fresh number of the register is in what the card answered',
  FreshNumberInvalid: 'the register did not give that number to this charger, or has started anew',
  FreshNumberOld: 'the card answered too long ago',
  KeyStatementForged: 'what is said of the key is not from the register',
  KeyStatementExpired: 'what the register said of the key is too old',
  KeyStatementOlder: 'the register has said something newer of this token',
  TokenUnknown: 'nobody has registered the token',
  TokenSuspended: 'its issuer has suspended the token',
  TokenLost: 'the token was reported lost',
  TokenExpired: 'the token has expired',
  TokenElsewhere: 'the token is, or charges, at another place',
  TokenLocked: 'too many attempts with the token have failed',
  ReaderLocked: 'too many attempts at this reader have failed',
  IdentityHearsay: 'a number that anyone can copy does not bind anybody',
} as const satisfies Record<string, string>

export type DriverRefusal = keyof typeof driverRefusals
export const driverRefusalWords = (reason: DriverRefusal): string => driverRefusals[reason]
