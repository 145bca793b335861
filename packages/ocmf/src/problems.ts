/** Why a record proves nothing, in words for the person who was to be billed by it. */
export const ocmfProblems = {
  TooLarge: 'the record is longer than any may be',
  NotOcmf: 'the text is not “OCMF”, a payload and a signature, separated by bars',
  PayloadMalformed: 'the payload is not a JSON object with a page and readings',
  SignatureMalformed: 'the signature section is not a JSON object with signature data',
  AlgorithmUnknown: 'the signature algorithm is not one of the format',
  SignatureUnreadable: 'the signature data is neither DER nor r‖s of the curve',
  KeyMissing: 'there is no public key to verify with',
  KeyUnreadable: 'the public key is neither a SubjectPublicKeyInfo nor a point of the curve',
  KeyOfAnotherCurve: 'the public key is of another curve than the record was signed on',
  KeySwapped: 'the public key in the file is another than the one that was given',
  SignatureInvalid: 'the signature does not verify: record and key do not belong together',
  RecordsMissing: 'the file has no records: neither one in each line, nor an XML container of them',
  ContainerMalformed: 'the file is not an XML container of signed values',
} as const
export type OcmfProblem = keyof typeof ocmfProblems

/** Longest record, and longest container file, in characters. */
export const recordCharactersMax = 65_536
export const containerCharactersMax = 16_777_216
