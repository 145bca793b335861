/** Why bytes are not the GBCS message they should be. Nothing of them has been acted on. */
export const gbcsProblems = {
  TooLong: 'the message is longer than any message may be',
  NotGbcs: 'the message does not begin as this kind of message must',
  LengthWrong: 'a length in the message does not match its bytes',
  HeaderMalformed: 'the grouping header has a value it may not have',
  SignatureMissing: 'the message carries no signature',
  UseCaseUnknown: 'the message code is not one of ours',
  ContentMalformed: 'the content is not what its message code prescribes',
  WindowInvalid: 'the period ends before it starts, or is longer than 24 hours',
} as const
export type GbcsProblem = keyof typeof gbcsProblems

/** Longest message accepted, MAC header included. */
export const messageBytesMax = 8_192
/** Longest period of a load-control command (GBCS ECS47a, ECS47e). */
export const windowMillisMax = 24 * 3_600_000
