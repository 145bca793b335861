/** Why a document is not an acceptable DUIS document. Nothing in it has been acted on. */
export const duisProblems = {
  TooLarge: 'the document is longer than any may be',
  TooDeep: 'the document nests its elements too deeply',
  XmlForbidden: 'the document uses a part of XML that is not accepted here',
  XmlMalformed: 'the document is not well-formed XML',
  DocumentUnexpected: 'the document is not of the expected kind',
  SignatureMissing: 'the document carries no signature',
  SignatureUnexpected: 'the signature is not where or how it must be',
  SignatureInvalid: 'the signature does not verify',
  SignerWrong: 'the document is signed with another certificate than the one it must be',
  RequestIdInvalid: 'the RequestID is not originator, target and counter',
  ServiceUnknown: 'the service request is not one of ours',
  VariantUnknown: 'the service request has no such command variant',
  BodyInvalid: 'the body does not have the shape of its service request',
  RequestMismatch: 'the answer is not one to the request that was made',
} as const
export type DuisProblem = keyof typeof duisProblems

/** Longest document. A month of half-hourly prices, signed, is a quarter of this. */
export const documentCharactersMax = 65_536
/** Deepest nesting of elements; ours need six, a signature five. */
export const documentDepthMax = 12
