import { verifyHours, type HoursWord } from '@interlock/arm'
import { nodeCrypto as crypto } from '@interlock/host'
import { eui64, instant, toBase64 } from '@interlock/kernel'
import {
  hoursDigest,
  readHours,
  signHours,
  signHoursAcknowledgement,
  type HoursAcknowledgement,
  type HoursStatement,
} from '@interlock/seal'
import { expect, test } from 'vitest'
import type { HoursTold } from '../shared/shapes.ts'
import { hoursShown } from './hours-shown.ts'

/** A Monday evening; the hours begin at the midnight after. */
const evening = instant(Date.UTC(2026, 0, 5, 18))
const midnight = instant(Date.UTC(2026, 0, 6))
const tuesday = instant(Date.UTC(2026, 0, 6, 12))
const timeZone = 'Europe/London'
const station = eui64('00-DB-12-34-56-78-91-00')
const keys = { charger: crypto.generateKey().key, supervisor: crypto.generateKey().key }
const supervisorKey = toBase64(keys.supervisor.publicKey.spki)
const home = { stationEui: station, supervisorKey }

const nights: HoursTold['quiet'] = [{ weekdays: [1, 2], fromHour: 18, untilHour: 20 }]
const sold: HoursTold['quiet'] = [
  { weekdays: [1, 2, 3, 4, 5], fromHour: 8, untilHour: 11 },
  { weekdays: [1, 2, 3, 4, 5], fromHour: 16, untilHour: 22 },
]
const asks = { quiet: nights, from: midnight, agreement: null }

/** A statement as a charger signs it, with the supervisor's answer; `by` and `answer` are an attacker's. */
function word(
  statement: Partial<HoursStatement>,
  answer: Partial<HoursAcknowledgement> = {},
  by = keys.supervisor,
): HoursWord {
  const said = { station, counter: 10, holds: 0, wants: null, at: evening, ...statement }
  const signed = signHours(said, { key: keys.charger, chain: [new Uint8Array([1])] }, crypto)
  const read = readHours(signed)
  if (!read.ok) throw new Error(read.detail)
  const digest = hoursDigest(read.value, crypto)
  const { counter } = said
  const verdict = { verdict: 'acknowledged', reason: null, at: evening } as const
  const acknowledgement = signHoursAcknowledgement(
    { station: said.station, counter, digest, ...verdict, ...answer },
    { key: by, thumbprint: 'A'.repeat(43) },
    crypto,
  )
  return { statement: signed, acknowledgement }
}
const asked = word({ wants: asks })
const held = [word({ counter: 11, holds: 10 }), asked]
const told: HoursTold = { state: 'acknowledged', quiet: sold, wants: nights, from: midnight }
const shown = async (
  claim: HoursTold,
  signed: readonly HoursWord[],
  now: number = evening,
  hoursSeen = 0,
) => hoursShown(claim, { now, timeZone }, await verifyHours(signed, { ...home, hoursSeen }, now))

test('what a charger signed and its supervisor confirmed is shown as checked, before it begins and after', async () => {
  expect(await shown(told, held)).toEqual({
    now: 'It does not charge by itself Monday to Friday 08:00–11:00 and 16:00–22:00.',
    state: 'Confirmed: Monday, Tuesday 18:00–20:00, from 00:00 on 6 January.',
    proof:
      'The charger signed this at 18:00, and its supervisor confirmed it; this device has checked both.',
    isAlarm: false,
  })
  const begun = await shown({ state: 'inForce', quiet: nights }, held, tuesday)
  expect(begun).toMatchObject({
    now: 'It does not charge by itself Monday, Tuesday 18:00–20:00.',
    isAlarm: false,
  })
  const offered = await shown(told, [asked])
  expect(offered.proof).toMatch(/checked both\. That it holds them, it has still to say\.$/)
  const refusedWord = word({ wants: asks }, { verdict: 'refused', reason: 'BudgetExceeded' })
  const refused = {
    state: 'refused',
    quiet: sold,
    wants: nights,
    reason: 'BudgetExceeded',
  } as const
  expect(await shown(refused, [refusedWord])).toMatchObject({ isAlarm: false })
  const waiting: HoursTold = { state: 'waiting', quiet: nights, wants: [] }
  expect(await shown(waiting, held, tuesday)).toMatchObject({ isAlarm: false })
})

test.each<[string, HoursTold, number]>([
  ['that none are in force', { state: 'inForce', quiet: [] }, tuesday],
  ['that the old ones are still in force', { state: 'inForce', quiet: sold }, tuesday],
  ['that nothing is to come', { state: 'inForce', quiet: sold }, evening],
  ['that others are to come', { ...told, wants: [] }, evening],
  ['that they begin at another moment', { ...told, from: tuesday }, evening],
  [
    'that they were refused',
    { state: 'refused', quiet: sold, wants: nights, reason: 'X' },
    evening,
  ],
])(
  'attack: a CSMS that tells %s is shown to have done it; unchecked it is believed',
  async (_what, lie, now) => {
    const caught = await shown(lie, held, now)
    expect(caught.isAlarm).toBe(true)
    expect(caught.proof).toMatch(/^The server said otherwise: “.+ Nobody has signed that\./)
    expect(caught.state).toMatch(/^That is what the charger signed at /)
    const truth = await shown(
      now === tuesday ? { state: 'inForce', quiet: nights } : told,
      held,
      now,
    )
    expect(caught.now).toBe(truth.now)

    const unchecked = hoursShown(lie, { now, timeZone }, { ok: false, problem: 'NothingSigned' })
    expect(caught.proof).toContain(`“${unchecked.now} ${unchecked.state}”`)
    expect(unchecked.isAlarm).toBe(false)
  },
)

const another = crypto.generateKey().key
const altered = ({ statement, acknowledgement }: HoursWord, other: HoursWord): HoursWord => ({
  statement: { ...statement, payload: other.statement.payload },
  acknowledgement,
})
test.each<[string, readonly HoursWord[], string]>([
  ['an answer that another key signed', [word({ wants: asks }, {}, another)], 'SignatureInvalid'],
  ['an altered statement', [altered(asked, word({}))], 'SignatureInvalid'],
  [
    'an answer about another statement',
    [{ ...word({}), acknowledgement: asked.acknowledgement }],
    'SignatureInvalid',
  ],
  ['another charger’s', [word({ station: eui64('00-DB-12-34-56-78-91-01') })], 'AnotherCharger'],
  ['no statement on which the last one rests', held.slice(0, 1), 'Unreadable'],
  [
    'a refused statement in place of that one',
    [word({ counter: 11, holds: 10 }), word({ wants: asks }, { verdict: 'refused' })],
    'Unreadable',
  ],
  [
    'a statement in place of its answer',
    [{ ...asked, acknowledgement: asked.statement }],
    'SignatureInvalid',
  ],
  [
    'what is no text of this kind',
    [{ ...asked, statement: { payload: '*', protected: '', signature: '' } }],
    'SignatureInvalid',
  ],
  ['nothing', [], 'NothingSigned'],
])('%s does not verify, and the page says so', async (_what, words, problem) => {
  expect(await verifyHours(words, home, evening)).toEqual({ ok: false, problem })
  const { proof, isAlarm } = await shown(told, words)
  expect(proof).toMatch(/charger’s own display/)
  expect(isAlarm).toBe(problem !== 'NothingSigned')
})

test('attack: what was true once, or nothing, in place of what this device has seen since', async () => {
  const before = [word({ counter: 9 })]
  const lie = { state: 'inForce', quiet: sold } as const
  expect(await shown(lie, before)).toMatchObject({ isAlarm: false })
  for (const words of [before, []]) {
    const caught = await shown(lie, words, evening, 11)
    expect(caught).toMatchObject({ isAlarm: true })
    expect(caught.proof).toMatch(/^This device has seen a later statement/)
  }
})

test('a device that has pinned no supervisor checks nothing and says so', async () => {
  const verdict = await verifyHours(held, { stationEui: station }, evening)
  expect(verdict).toEqual({ ok: false, problem: 'SupervisorUnknown' })
  const { proof } = hoursShown(told, { now: evening, timeZone }, verdict)
  expect(proof).toMatch(/^This device cannot check it/)
})
