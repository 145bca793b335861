/** One reason: the HTTP status of its answer, and what is said to people. */
export type OscpRefusalRow = { readonly status: number; readonly words: string }

/** Every reason for which a message of OSCP is refused. The answer's body is `{message}`. */
export const oscpRefusals = {
  TokenMissing: { status: 401, words: 'there is no token in the Authorization header' },
  TokenWrong: { status: 401, words: 'the token is not the one given to this peer' },
  VersionUnsupported: { status: 404, words: 'only version 2.0 is spoken here' },
  EndpointUnknown: { status: 404, words: 'there is no such message' },
  MethodNotAllowed: { status: 405, words: 'the message is sent by another method' },
  RoleForbidden: { status: 403, words: 'this message does not go from that role to this one' },
  HeaderInvalid: { status: 400, words: 'a header is missing or out of bounds' },
  BodyTooLarge: { status: 413, words: 'the message is larger than allowed' },
  BodyInvalid: { status: 400, words: 'the body is not that of the message' },
  TimesInvalid: { status: 400, words: 'the times of the blocks do not fit together' },

  NotRegistered: { status: 403, words: 'the peer has not registered' },
  AlreadyRegistered: { status: 409, words: 'the peer has registered; a change comes with PUT' },
  AddressForbidden: { status: 403, words: 'the address is not that of the peer' },
  NotAcknowledged: { status: 409, words: 'there has been no handshake yet' },
  CorrelationUnknown: { status: 409, words: 'it answers nothing that was asked' },
  HeartbeatInvalid: { status: 400, words: 'the time of offline mode is past or too far ahead' },

  SignatureMissing: { status: 401, words: 'the message is not signed' },
  SignatureMalformed: { status: 400, words: 'the signature cannot be read' },
  SignerWrong: { status: 403, words: 'the signer is not the one pinned for this peer' },
  SignatureInvalid: { status: 403, words: 'the signature does not verify' },
  SignedForAnother: { status: 403, words: 'the signature is of another request' },
  SignatureExpired: { status: 403, words: 'the message was not signed just now' },
  Replayed: { status: 409, words: 'the message has been received before' },
  TooManyRequests: { status: 429, words: 'too many messages in one minute' },
} as const satisfies Record<string, OscpRefusalRow>

export type OscpRefusal = keyof typeof oscpRefusals
export const oscpRefusalRow = (reason: OscpRefusal): OscpRefusalRow => oscpRefusals[reason]
