/**
 * Response codes. `I0` and the letters (I information, W warning, E error) are DUIS's; the numbers
 * are ours, from 100, since the standard's list is not public.
 */
export const responseCodes = {
  I0: { name: 'Accepted', words: 'done' },
  I100: { name: 'FutureDated', words: 'held until its date of execution' },
  I101: { name: 'Cancelled', words: 'what was future-dated will not be carried out' },
  E100: { name: 'RequestMalformed', words: 'the request is not an acceptable DUIS document' },
  E101: { name: 'SignatureInvalid', words: 'the XML signature is missing or does not verify' },
  E102: { name: 'SignerWrong', words: 'the document is not signed with the certificate in use' },
  E103: { name: 'RoleForbidden', words: 'this role may not make this service request' },
  E104: { name: 'OriginatorWrong', words: 'the originator is not one this user may act for' },
  E105: { name: 'DeviceUnknown', words: 'the device is not in the inventory' },
  E106: { name: 'DeviceUnsuitable', words: 'the device does not take this service request' },
  E107: { name: 'ParameterInvalid', words: 'a parameter is outside its range' },
  E108: { name: 'CounterUsed', words: 'the counter is not above the last one used' },
  E109: { name: 'PreCommandChanged', words: 'the signed pre-command is not the one asked for' },
  E110: { name: 'SignatureRefused', words: 'the signature on the pre-command does not verify' },
  E111: { name: 'BudgetExceeded', words: 'the megawatt budget is used up; quarantined' },
  E112: { name: 'PeerUnavailable', words: 'the other ledger does not answer; nothing is granted' },
  E113: {
    name: 'DeviceUnreachable',
    words: 'the hub is not connected, or the device not in its home network',
  },
  E114: { name: 'DeliveryTimeout', words: 'the device did not answer in time' },
  E115: { name: 'DeviceDiscarded', words: 'the device discarded the command' },
  E116: { name: 'AnswerInvalid', words: "the answer is not the device's" },
  E117: { name: 'DeviceRefused', words: 'the device refused to execute the command' },
  E119: { name: 'Quarantined', words: 'a threshold was passed; held until processed or deleted' },
  E120: { name: 'QuarantineFull', words: 'too many requests of this user are held already' },
  E121: { name: 'VariantUnknown', words: 'this service request has no such command variant' },
  E122: {
    name: 'VariantForbidden',
    words: 'this service request is not delivered locally, or not by this role',
  },
  E123: {
    name: 'FutureDatingForbidden',
    words: 'this service request in this command variant takes no date of execution',
  },
  E124: {
    name: 'ExecutionTimeInvalid',
    words: 'the date of execution is past, or too far ahead',
  },
  E125: {
    name: 'FutureDatedFull',
    words: 'as many requests of this user are future-dated as may be',
  },
  E126: { name: 'FutureDatedUnknown', words: 'nothing is future-dated that this would cancel' },
  E128: {
    name: 'DeviceNotCommissioned',
    words: 'the device, or its hub, is not commissioned: it is pending, suspended or gone',
  },
  E129: { name: 'DeviceStatusWrong', words: 'what the device is now does not allow that' },
  E130: {
    name: 'DeviceCertificateInvalid',
    words: 'the certificate of the device is revoked, or has expired',
  },
  E131: {
    name: 'RelationMissing',
    words: "the user may not read this home: it is neither its supplier's nor let by its consumer",
  },
  E127: { name: 'SignerRevoked', words: 'the certificate of the user has been revoked' },
  E132: {
    name: 'FutureDatedMissed',
    words: 'the device could not be reached within the time left to what was future-dated',
  },
  E133: {
    name: 'FutureDatedOvertaken',
    words: 'the device discarded what was future-dated: a later command of its user came before it',
  },
} as const
export type ResponseName = (typeof responseCodes)[keyof typeof responseCodes]['name']
/** Any code that the data company may give; the names of most of them are not public. */
export type ResponseCode = `${'I' | 'W' | 'E'}${number}`

export const isResponseCode = (text: string): text is ResponseCode => /^[IWE]\d{1,4}$/.test(text)

/** The name of a code of the table, `CodeUnlisted` for every other. */
export const responseNameOf = (code: ResponseCode): ResponseName | 'CodeUnlisted' =>
  rowsByCode.get(code)?.name ?? 'CodeUnlisted'

/** Name and meaning, for people. */
export function responseWords(code: ResponseCode): string {
  const row = rowsByCode.get(code)
  return row === undefined ? `${code}, which is not in our table` : `${row.name}: ${row.words}`
}

const rowsByCode = new Map<string, { readonly name: ResponseName; readonly words: string }>(
  Object.entries(responseCodes),
)

/** The code of a named response. */
export function codeOf(name: ResponseName): ResponseCode {
  const code = [...rowsByCode].find(([, row]) => row.name === name)?.[0]
  if (code === undefined || !isResponseCode(code))
    throw new TypeError(`no response is called ${name}`)
  return code
}
