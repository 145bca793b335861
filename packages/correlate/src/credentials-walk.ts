import { toHex } from '@interlock/kernel'
import type { Facts } from './mismatch.ts'
import { lengthAt, Unaccounted, walker, type Walker } from './walker.ts'

/** The numbers of mode, authoriser and party that stand in an update of credentials, by message code. */
const updates: Readonly<Record<string, { readonly mode: string; readonly party: string }>> = {
  '0102': { mode: '020102', party: '02' },
  '0126': { mode: '02010b', party: '08' },
}
/** What follows the role in a cell's name, and which fact its certificate is. */
const cells = {
  '03020780': 'SigningCertificate',
  '03020308': 'AgreementCertificate',
  '03020308020101': 'TopUpCertificate',
} as const

/** DER, from outside in: the authorisation, the certificates with their cells, and the path. */
export function walkCredentials(content: Uint8Array, counter: Uint8Array, code: string): Facts {
  const { mode, party } = updates[code] ?? { mode: '', party: '' }
  const at = walker(content)
  const whole = walker(valueAt(at, '30'))
  at.end()
  const control = walker(valueAt(whole, '30'))
  control.expect(mode)
  const checked = control.peek() !== '81'
  if (!checked) control.expect('810101')
  control.expect('a20702010203020780')
  if (numberAt(control, '83') !== BigInt(`0x${toHex(counter)}`)) throw new Unaccounted()
  const own = control.peek() === '84'
  if (own !== (code === '0102')) throw new Unaccounted()
  const floor = own ? numberAt(control, '84') : floorIn(control, 'a6', `0201${party}`)
  const topUpFloor =
    !own || control.peek() === undefined ? undefined : floorIn(control, 'a5', '020100')
  control.end()
  const replaced = replacementsIn(valueAt(whole, '30'), party)
  const path = certificatesIn(valueAt(whole, '30'))
  whole.end()
  return {
    Floor: floor.toString(),
    ...(topUpFloor === undefined ? {} : { TopUpFloor: topUpFloor.toString() }),
    ...replaced,
    Path: path.join(' '),
    TimeChecks: String(checked),
  }
}

/** For each cell of the party, once, the certificate that goes there. */
function replacementsIn(bytes: Uint8Array, party: string): Facts {
  const facts: Partial<Record<(typeof cells)[keyof typeof cells], string>> = {}
  const at = walker(bytes)
  while (at.peek() !== undefined) {
    const one = walker(valueAt(at, '30'))
    const certificate = certificateAt(one)
    const cell = toHex(valueAt(one, '30'))
    one.end()
    const usage = cell.slice(6)
    if (cell.slice(0, 6) !== `0201${party}` || !Object.hasOwn(cells, usage)) throw new Unaccounted()
    const name = cells[usage as keyof typeof cells]
    if (facts[name] !== undefined) throw new Unaccounted()
    facts[name] = certificate
  }
  return facts
}

function certificatesIn(bytes: Uint8Array): readonly string[] {
  const at = walker(bytes)
  const all: string[] = []
  while (at.peek() !== undefined) all.push(certificateAt(at))
  return all
}

/** A whole sequence, in hex, its own tag and length included. */
function certificateAt(at: Walker): string {
  const content = valueAt(at, '30')
  const length = content.length
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return `30${toHex(Uint8Array.from(head))}${toHex(content)}`
}

/** A list of floors, by kind of counter or by role: of this one, and of no other. */
function floorIn(at: Walker, tag: string, whose: string): bigint {
  const list = walker(valueAt(at, tag))
  const one = walker(valueAt(list, '30'))
  list.end()
  one.expect(whose)
  const floor = numberAt(one, '02')
  one.end()
  return floor
}

/** What stands behind a tag and a length in its shortest form. */
function valueAt(at: Walker, tag: string): Uint8Array {
  at.expect(tag)
  return at.take(lengthAt(at))
}

/** A number that is not negative, in its shortest form. */
function numberAt(at: Walker, tag: string): bigint {
  const hex = toHex(valueAt(at, tag))
  if (!/^[0-7]/.test(hex) || /^00[0-7]/.test(hex)) throw new Unaccounted()
  return BigInt(`0x${hex}`)
}
