/** The code of every answer that is good (§5.1). */
export const statusSuccess = 1_000

export type OcpiRefusalRow = {
  /** Of the transport: not 200 only where the request never reached OCPI (§5). */
  readonly http: number
  /** Four digits: 2xxx the client did something wrong, 3xxx the server could not (§5.2, §5.3). */
  readonly status: number
  readonly words: string
}

const row = (http: number, status: number, words: string): OcpiRefusalRow => ({
  http,
  status,
  words,
})

/** Every reason for which a request is not carried out. */
export const ocpiRefusals = {
  TokenWrong: row(401, 2_000, 'the credentials token is missing or of nobody'),
  PathUnknown: row(404, 2_000, 'there is no such version, module or interface here'),
  MethodWrong: row(405, 2_000, 'the interface has no such method'),
  NotJson: row(400, 2_001, 'the body is not JSON'),
  HeaderInvalid: row(200, 2_001, 'a header that every request has is missing or malformed'),
  PageInvalid: row(200, 2_001, 'offset, limit, date_from or date_to is malformed'),
  ParameterInvalid: row(200, 2_001, 'a parameter of the address is missing or malformed'),
  ObjectTooLarge: row(200, 2_001, 'the object is larger than any may be'),
  ObjectMalformed: row(400, 2_001, 'the object is not JSON'),
  ObjectInvalid: row(200, 2_001, 'the object is not as the standard has it'),
  NameDiffers: row(200, 2_001, 'the object is another than the one in the address'),
  OwnerOther: row(404, 2_001, 'the object belongs to another party'),
  ObjectOlder: row(200, 2_001, 'a newer state of the object is known already'),
  RecordRefused: row(200, 2_001, 'the record does not hold, and is disputed'),
  ObjectUnknown: row(404, 2_000, 'there is no such object'),
  InformationMissing: row(200, 2_002, 'the place is needed to answer that'),
  LocationUnknown: row(200, 2_003, 'there is no such location'),
  TokenUnknown: row(404, 2_004, 'there is no such token'),
  AlreadyRegistered: row(405, 2_000, 'the party is registered already'),
  NotRegistered: row(405, 2_000, 'the party is not registered'),
  TooManyObjects: row(200, 3_000, 'no more objects are kept for this party'),
  TooManyRequests: row(429, 2_000, 'the party asks more often than anybody needs to'),
  Unavailable: row(200, 3_000, 'it cannot be carried out now'),
  PeerUnusable: row(200, 3_001, "the party's own interface does not answer as it should"),
  VersionUnsupported: row(200, 3_002, 'the party does not speak version 2.2.1'),
  EndpointsMissing: row(200, 3_003, 'the party lacks an interface that is needed'),
} as const satisfies Record<string, OcpiRefusalRow>

export type OcpiRefusal = keyof typeof ocpiRefusals
export const ocpiRefusalRow = (reason: OcpiRefusal): OcpiRefusalRow => ocpiRefusals[reason]
