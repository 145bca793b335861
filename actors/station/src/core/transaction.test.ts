import fc from 'fast-check'
import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { setPower } from '../hardware/meter.ts'
import { arrive } from '../hardware/vehicle.ts'
import { nobody } from './authorisation.ts'
import { newCharger, type Charger } from './charger.ts'
import { keep, keptValuesMax, type MeterValue } from './meter-values.ts'
import { transact, type Draft, type Occurrence, type Transaction } from './transaction.ts'
import { fallen, risen, txPoints, type TxPoint } from './tx-points.ts'

const now = instant(Date.UTC(2026, 0, 5))
const vehicle = arrive({ energyWattHours: 9_000, vehicleWattsMax: 7_000 }, now)
const holder = { token: { idToken: 'A', type: 'Central' } } as const

type Turn = { readonly asked: (charger: Charger) => Charger; readonly occurrence: Occurrence }
const without = <Key extends keyof Charger>(charger: Charger, key: Key): Charger => {
  const { [key]: _, ...rest } = charger
  return rest as Charger
}
const released = (charger: Charger): Charger => ({
  ...without(charger, 'holder'),
  authorisation: nobody,
})

/** What can happen at a charger, whatever state it is in. */
const turns: readonly Turn[] = [
  { asked: (c) => ({ ...c, bay: 'sensed' }), occurrence: { trigger: 'EVDetected' } },
  { asked: (c) => without(c, 'bay'), occurrence: { trigger: 'EVDeparted' } },
  { asked: (c) => ({ ...c, vehicle }), occurrence: { trigger: 'CablePluggedIn' } },
  {
    asked: (c) => released(without(c, 'vehicle')),
    occurrence: { trigger: 'EVCommunicationLost', reason: 'EVDisconnected' },
  },
  {
    asked: (c) => ({ ...c, holder, authorisation: { state: 'allowed', by: 'answer' } }),
    occurrence: { trigger: 'Authorized' },
  },
  { asked: released, occurrence: { trigger: 'StopAuthorized', reason: 'Local' } },
  { asked: (c) => c, occurrence: { trigger: 'MeterValuePeriodic' } },
  {
    asked: released,
    occurrence: { trigger: 'ResetCommand', reason: 'ImmediateReset', ends: true },
  },
]

/** The energy follows leave and cable. */
const flow = (charger: Charger): Charger => {
  const flows = charger.vehicle !== undefined && charger.authorisation.state === 'allowed'
  const watts = flows ? 7_000 : 0
  return { ...charger, applied: { watts }, meter: setPower(charger.meter, watts, now) }
}

function story(sequence: readonly number[], start: readonly TxPoint[], stop: readonly TxPoint[]) {
  let charger = newCharger(now)
  let transaction: Transaction | undefined
  let count = 0
  const drafts: Draft[] = []
  const rules = { startPoints: start, stopPoints: stop, significancePercent: 1 }
  for (const index of sequence) {
    const turn = turns[index % turns.length]
    if (turn === undefined) continue
    const before = charger
    const asked = turn.asked(before)
    const stages = { before, asked, after: flow(asked) }
    const told = transact(transaction, stages, turn.occurrence, rules, () => {
      count += 1
      return { id: `${count}`, seqNo: 0, startedAt: now }
    })
    drafts.push(...told.drafts)
    transaction = told.transaction
    charger = stages.after
    if (told.announced && charger.holder !== undefined)
      charger = { ...charger, holder: { ...charger.holder, announced: true } }
  }
  return { drafts, transaction }
}

const points = fc.uniqueArray(fc.constantFrom(...txPoints), { minLength: 1, maxLength: 3 })
const anything = fc.tuple(fc.array(fc.nat(turns.length - 1), { maxLength: 40 }), points, points)

test('every transaction begins once, counts without gaps, and says nothing after its end (E01.FR.07, E06.FR.14, E07.FR.11)', () => {
  fc.assert(
    fc.property(anything, ([sequence, start, stop]) => {
      const { drafts, transaction } = story(sequence, start, stop)
      const ids = [...new Set(drafts.map((draft) => draft.transaction.id))]
      for (const id of ids) {
        const own = drafts.filter((draft) => draft.transaction.id === id)
        expect(own.map((draft) => draft.transaction.seqNo)).toEqual(own.map((_, at) => at))
        expect(own.map(({ eventType }) => eventType === 'Started')).toEqual(
          own.map((_, at) => at === 0),
        )
        const ended = own.findIndex(({ eventType }) => eventType === 'Ended')
        if (ended >= 0) expect(ended).toBe(own.length - 1)
        expect(ended < 0).toBe(transaction?.id === id)
      }
      // One after the other: a transaction is over before the next one begins.
      const order = drafts.map((draft) => Number(draft.transaction.id))
      expect(order).toEqual([...order].sort((a, b) => a - b))
    }),
  )
})

test('the EVSE is named from the moment a vehicle is there, and first exactly once', () => {
  fc.assert(
    fc.property(anything, ([sequence, start, stop]) => {
      const { drafts } = story(sequence, start, stop)
      for (const id of new Set(drafts.map((draft) => draft.transaction.id))) {
        const own = drafts.filter((draft) => draft.transaction.id === id)
        expect(own.filter(({ places }) => places).length).toBeLessThanOrEqual(1)
        const first = own.findIndex(({ transaction }) => transaction.placed === true)
        if (first >= 0) expect(own[first]?.places).toBe(true)
      }
    }),
  )
})

test('a point that holds neither rises nor falls, and one that falls has held', () => {
  const charger = flow({
    ...newCharger(now),
    vehicle,
    authorisation: { state: 'allowed', by: 'answer' },
  })
  expect(risen(charger, charger, txPoints)).toEqual([])
  expect(fallen(newCharger(now), charger, txPoints)).toEqual([])
  expect(fallen(charger, newCharger(now), txPoints)).toEqual(
    txPoints.filter((point) => point !== 'ParkingBayOccupancy'),
  )
})

test('the first reason to stop is the one that is told', () => {
  const { drafts } = story([2, 4, 5, 3], ['EVConnected'], ['EVConnected'])
  expect(drafts.at(-1)).toMatchObject({ eventType: 'Ended', stoppedReason: 'Local' })
})

test('who charges again takes the reason back', () => {
  const { drafts } = story([2, 4, 5, 4, 3], ['EVConnected'], ['EVConnected'])
  expect(drafts.at(-1)).toMatchObject({ eventType: 'Ended', stoppedReason: 'EVDisconnected' })
})

test('values kept for the end are bounded and still span the whole transaction', () => {
  let kept: readonly MeterValue[] = []
  for (let at = 0; at < 5 * keptValuesMax; at++)
    kept = keep(kept, { timestamp: `${at}`, sampledValue: [{ value: at }] })
  expect(kept.length).toBeLessThanOrEqual(keptValuesMax)
  expect(kept[0]?.timestamp).toBe('0')
  expect(Number(kept.at(-1)?.timestamp)).toBeGreaterThan(5 * keptValuesMax - 20)
})

test('out of service a cable begins nothing, unless the owner has it charge all the same', () => {
  const idle: Charger = { ...newCharger(now), outOfService: { station: true } }
  const plugged: Charger = { ...idle, vehicle }
  expect(risen(idle, plugged, ['EVConnected'])).toEqual([])
  const override = { action: 'charge', by: 'gesture', limitWatts: 7_360, until: now } as const
  expect(risen(plugged, { ...plugged, override }, ['EVConnected'])).toEqual(['EVConnected'])
  const stopped = { ...override, action: 'stop' } as const
  expect(risen(plugged, { ...plugged, override: stopped }, ['EVConnected'])).toEqual([])
})
