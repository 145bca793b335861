import type { Instant } from '@interlock/kernel'

/** What the register has seen that should not be, and what it means. */
export const findingKinds = {
  ClonedCard:
    'two cards answer with one key: one count for two challenges, or a count after higher ones by the clock of the register',
  CountOutOfOrder:
    'a response came after others with higher counts, and nothing proves when the card gave it',
  ReplayedResponse: 'a response that was used came again, at another time or place',
  CopiedNumber: 'the number of a card that has a key was shown without it',
  ForgedKey: 'a response came that the key of the token did not make',
  ImpossibleTravel: 'the token was at two places, sooner than anybody travels between them',
  ConcurrentUse: 'the token was shown while it charges elsewhere',
  OperatorsDiffer:
    'two operators report the token where it cannot be for both, and no key proves it',
  TokenGuessed: 'so many attempts with the token have failed that it is locked for a while',
  ReaderGuessed: 'so many attempts at the reader have failed that it is locked for a while',
  PartyGuessed:
    'a party asked for the keys of so many unknown tokens that it is told none for a while',
} as const satisfies Record<string, string>
export type FindingKind = keyof typeof findingKinds

/** For the issuer of the token, and for the operator where it was seen; `station` is empty where it was asked for. JSON values only. */
export type Finding = {
  /** 1, 2, 3 …; whoever reads asks for what comes after. */
  readonly number: number
  readonly kind: FindingKind
  readonly at: Instant
  readonly uid: string
  readonly station: string
  /** Organisation of the operator that reported it. */
  readonly operator: string
  /** `GB*INT`; absent where nobody has registered the token. */
  readonly issuer?: string
  /** What was seen, in a few words. */
  readonly detail?: string
}
