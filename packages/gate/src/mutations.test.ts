import fc from 'fast-check'
import type { FlattenedJws } from '@interlock/contract'
import { fromBase64Url, fromUtf8, toBase64Url, utf8 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { gateMessage } from './gate.ts'
import type { GateState, HeldArm } from './state.ts'
import {
  arm,
  later,
  now,
  otherStation,
  parties,
  read,
  second,
  sign,
  state,
  station,
  type Change,
} from './world.fixture.ts'

/** No verdict is ok without valid second evidence: a valid command is damaged in every way we know. */

const runs = { numRuns: 100 }
const judged = (
  action: string,
  signed: unknown,
  arms: readonly HeldArm[],
  of: GateState = state(),
) => gateMessage({ action, signed }, { arms }, of, now)

type Case = { readonly jws: FlattenedJws; readonly arms: readonly HeldArm[] }
const countersignedCase = (): Case => ({ jws: second(sign('SetChargingProfile')), arms: [] })
const armedCase = (): Case => {
  const held = arm()
  const jws = sign('RequestStartTransaction', { armDigest: held.arm.digest })
  return { jws, arms: [held] }
}
const cases = [
  { name: 'countersigned', action: 'SetChargingProfile', make: countersignedCase },
  { name: 'armed', action: 'RequestStartTransaction', make: armedCase },
] as const

/** Flips one bit of the text, which may leave the alphabet of base64url or not. */
const flipBit = (text: string, at: number, bit: number): string => {
  const index = at % text.length
  const flipped = String.fromCharCode(text.charCodeAt(index) ^ (1 << bit))
  return text.slice(0, index) + flipped + text.slice(index + 1)
}

test.each(cases)('a $name command passes as it is', ({ action, make }) => {
  const { jws, arms } = make()
  expect(judged(action, jws, arms)).toMatchObject({ ok: true })
})

test.each(cases)('a $name command with any bit flipped anywhere is refused', ({ action, make }) => {
  const { jws, arms } = make()
  const parts = ['payload', 'protected', 'signature'] as const
  fc.assert(
    fc.property(fc.constantFrom(...parts), fc.nat(), fc.nat(6), (part, at, bit) => {
      const damaged = { ...jws, [part]: flipBit(jws[part], at, bit) }
      expect(judged(action, damaged, arms).ok).toBe(false)
    }),
    runs,
  )
})

test('a countersignature with any bit flipped is refused', () => {
  const { jws: profileCommand } = countersignedCase()
  const whole = profileCommand.header?.countersignature ?? ''
  fc.assert(
    fc.property(fc.nat(), fc.nat(6), (at, bit) => {
      const damaged = { ...profileCommand, header: { countersignature: flipBit(whole, at, bit) } }
      expect(judged('SetChargingProfile', damaged, []).ok).toBe(false)
    }),
    runs,
  )
})

test('an arm with any bit flipped arms nothing', () => {
  const { jws, arms } = armedCase()
  const [held] = arms
  if (held === undefined) throw new Error('no arm')
  fc.assert(
    fc.property(fc.nat(), fc.nat(7), (at, bit) => {
      const bytes = Uint8Array.from(held.bytes)
      const index = at % bytes.length
      bytes[index] = (bytes[index] ?? 0) ^ (1 << bit)
      const damaged = { arm: held.arm, bytes }
      expect(judged('RequestStartTransaction', jws, [damaged]).ok).toBe(false)
    }),
    runs,
  )
})

const header = (jws: FlattenedJws): Record<string, unknown> =>
  JSON.parse(fromUtf8(fromBase64Url(jws.protected) ?? new Uint8Array())) as Record<string, unknown>

test.each(cases)('a $name command with an edited header is refused', ({ action, make }) => {
  const { jws, arms } = make()
  const fields = header(jws)
  const edits = fc.record({
    name: fc.constantFrom(...Object.keys(fields), 'arm', 'b64', 'jwk'),
    value: fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(parties.supervisor.organisation, 'none', `${otherStation}/1`, '2'),
      fc.constant(undefined),
    ),
  })
  fc.assert(
    fc.property(edits, ({ name, value }) => {
      const edited = JSON.stringify({ ...fields, [name]: value })
      fc.pre(edited !== JSON.stringify(fields))
      const damaged = { ...jws, protected: toBase64Url(utf8(edited)) }
      expect(judged(action, damaged, arms).ok).toBe(false)
    }),
    runs,
  )
})

test.each(cases)(
  'a $name command is refused while any list it needs is stale',
  ({ action, make }) => {
    const { jws, arms } = make()
    const freshness = fc.record({ charging: fc.boolean(), smartMeter: fc.boolean() })
    fc.assert(
      fc.property(freshness, (revocationsFresh) => {
        const verdict = judged(action, jws, arms, state({ revocationsFresh }))
        expect(verdict.ok).toBe(revocationsFresh.charging)
      }),
      runs,
    )
  },
)

test('a countersignature counts for the very command it was made for', () => {
  const { jws: profileCommand } = countersignedCase()
  const change = fc.record<Change>(
    {
      counter: fc.bigInt({ min: 2n, max: 2n ** 64n - 1n }),
      expiresAt: fc.integer({ min: 301, max: 3_600 }).map((seconds) => later(seconds)),
      target: fc.constantFrom({ station: otherStation, evse: 1 }, { station, evse: 2 }),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(change, (fields) => {
      fc.pre(Object.keys(fields).length > 0)
      const other = sign('SetChargingProfile', fields)
      const swapped = { ...other, header: profileCommand.header }
      expect(judged('SetChargingProfile', swapped, []).ok).toBe(false)
    }),
    runs,
  )
})

test('no one but the supervisor can second, whoever signs and whatever is claimed', () => {
  const others = Object.values(parties).filter((each) => each !== parties.supervisor)
  fc.assert(
    fc.property(fc.constantFrom(...others), fc.constantFrom(...others), (name, key) => {
      const claimed = { ...name, key: key.key }
      const jws = second(sign('SetChargingProfile'), claimed)
      expect(judged('SetChargingProfile', jws, []).ok).toBe(false)
      const asSupervisor = { ...parties.supervisor, key: key.key }
      expect(judged('SetChargingProfile', second(jws, asSupervisor), []).ok).toBe(false)
    }),
    runs,
  )
})

test('whatever is thrown at the gate, it answers, and never with yes', () => {
  fc.assert(
    fc.property(fc.string(), fc.anything(), (action, signed) => {
      expect(judged(action, signed, []).ok).toBe(false)
    }),
    runs,
  )
})

test('whatever payload the right parties sign, the gate answers', () => {
  const actions = [
    'SetChargingProfile',
    'Reset',
    'SetVariables',
    'DataTransfer',
    'ClearChargingProfile',
  ]
  fc.assert(
    fc.property(fc.constantFrom(...actions), fc.jsonValue(), (action, payload) => {
      const jws = second(sign(action, { payload }))
      expect(judged(action, jws, []).ok).toBe(false)
      expect(read(jws).payload).toEqual(JSON.parse(JSON.stringify(payload)))
    }),
    runs,
  )
})
