/**
 * Message codes of use cases that we can name and not read: the layout of their content is in no
 * source that we may rely on.
 */
const otherCodes: Readonly<Record<number, string>> = {
  0x0008: 'CS02a, credentials or keys of the device',
  0x000a: 'CS02c, credentials or keys of the device',
  0x000b: 'CS02d, credentials or keys of the device',
  0x000c: 'CS02e, credentials or keys of the device',
  0x0042: 'ECS27, read of load limiting',
  0x0043: 'ECS28a, load limiting',
  0x0055: 'ECS47, state of an auxiliary load',
  0x00cc: 'the alert of a future-dated command',
}
/** CS02b in other modes than by the supplier for itself, which has a row of its own. */
const credentials = { first: 0x0100, last: 0x0109, own: 0x0102 } as const

/** The name of such a use case, `undefined` for every other code. */
export const otherUseCaseOf = (code: number): string | undefined =>
  code >= credentials.first && code <= credentials.last && code !== credentials.own
    ? 'CS02b, credentials of other parties'
    : otherCodes[code]
