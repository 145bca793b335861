import {
  decisionNotes,
  refusalReasons,
  refusals,
  securityEventWords,
  serverRefusals,
  type Happening,
} from '@interlock/contract'
import { expect, test } from 'vitest'
import {
  actionName,
  reasonWords,
  sentences,
  tellCost,
  tellFrequency,
  tellHappening,
  tellRefused,
  tellStation,
  tellStreet,
  tellTrust,
} from './sentences.ts'
import type { StationRow } from './shared/shapes.ts'

const telling = { now: Date.parse('2026-01-05T18:00:00Z'), timeZone: 'Europe/London' }
const until = Date.parse('2026-01-05T20:30:00Z')
const row: StationRow = {
  stationId: 'acacia-12',
  place: '12 Acacia Avenue',
  ratingWatts: 7400,
  connected: true,
  trustMode: 'supervised',
  identifiedBy: 'certificate',
  state: 'Charging',
  why: 'Schedule',
  until,
  powerWatts: 0,
  setPointWatts: 0,
  energyWattHours: 0,
  override: undefined,
  cost: undefined,
  goal: undefined,
  waitingFor: undefined,
  refused: undefined,
  hasLlcs: true,
  own: true,
}

test.each(Object.keys(sentences.stationSentences))('%s is told in whole sentences', (why) => {
  for (const powerWatts of [0, 7400]) {
    for (const when of [until, undefined]) {
      const told = tellStation({ ...row, why, powerWatts, until: when }, telling)
      expect(told.what).toMatch(/^[A-Z].*[.]$/)
      expect(told.until).toMatch(/^$|^[A-Z].*[.]$/)
      expect(`${told.what} ${told.until}`).not.toMatch(/undefined|NaN|null/)
    }
  }
})

test('a charge says how much, why and until when', () => {
  const told = tellStation({ ...row, why: 'OverrideCharge', powerWatts: 7400 }, telling)
  expect(told).toEqual({
    what: 'Charging at 7.4 kW because the owner said Charge now.',
    until: 'It goes back to the plan by itself at 20:30, or sooner with Stop.',
  })
})

test('a plan says what it waits for, and when it has nothing more to give', () => {
  const departure = Date.parse('2026-01-06T07:00:00Z')
  const goal = { departure, energyWattHours: 9000 }
  expect(tellStation({ ...row, why: 'Schedule', goal }, telling)).toEqual({
    what: 'Waiting for the cheapest hours before 07:00 on 6 January.',
    until: 'The plan moves on at 20:30; Charge now does not wait.',
  })
  expect(tellStation({ ...row, why: 'Schedule', goal, until: departure }, telling).what).toBe(
    'Not charging: nothing more is planned for this car.',
  )
})

test('an override says whose word it is', () => {
  const override = { action: 'charge', until, by: 'gesture' }
  const charging = { ...row, why: 'OverrideCharge', powerWatts: 7400, override }
  expect(tellStation(charging, telling).what).toBe(
    'Charging at 7.4 kW because someone at the charger said Charge now.',
  )
})

test('a frequency that is not of now is told with its time', () => {
  expect(tellFrequency(50, '01:00')).toBe(
    'The grid was at 50.00 Hz when it was last measured, at 01:00.',
  )
})

test('an outside limit says who, how much, until when, and how to override it', () => {
  const told = tellStation({ ...row, why: 'Dispatch', powerWatts: 1500 }, telling)
  expect(told.what).toBe('Held at 1.5 kW for the flexibility provider.')
  expect(told.until).toBe('At the latest until 20:30; Charge now ends it at once.')
})

test('a reason nobody foresaw is shown as it came', () => {
  const told = tellStation({ ...row, why: 'SomethingNew' }, telling)
  expect(told).toEqual({ what: 'Not charging.', until: 'Charging, SomethingNew' })
  expect(tellStation({ ...row, why: 'constructor' }, telling).what).toBe('Not charging.')
})

test('lost contact is said first, and what follows is said to be old', () => {
  const told = tellStation({ ...row, connected: false, why: 'NoVehicle' }, telling)
  expect(told.what).toBe('No contact. When last heard: no car is plugged in.')
})

test.each([
  ...refusalReasons,
  ...Object.keys(decisionNotes),
  ...Object.keys(serverRefusals),
  ...Object.keys(securityEventWords),
])('%s has words', (reason) => {
  expect(reasonWords(reason)).not.toBe(reason)
  expect(reasonWords(reason)).toContain(' ')
})

test('a refused command is told at its charger for a quarter of an hour', () => {
  const at = Date.parse('2026-01-05T17:58:00Z')
  const refused = { at, action: 'RequestStartTransaction', reason: 'NotArmed' }
  const said = 'Start was refused at 17:58: no arm for it arrived in time.'
  expect(tellRefused({ ...row, refused }, telling)).toBe(said)
  const later = { ...telling, now: at + 15 * 60_000 + 1 }
  expect(tellRefused({ ...row, refused }, later)).toBe('')
  expect(tellRefused(row, telling)).toBe('')
})

test('words come from the contract', () => {
  expect(reasonWords('NotSeconded')).toBe(refusals.NotSeconded.words)
})

test.each(Object.keys(sentences.happeningSentences) as Happening['kind'][])(
  'a happening of kind %s is one sentence, with or without its facts',
  (kind) => {
    const bare = { at: 0, actor: 'csms', kind } as const
    const full = {
      ...bare,
      station: 'acacia-12',
      reason: 'NotArmed',
      data: { action: 'Reset', hertz: 50 },
    }
    for (const each of [bare, full]) {
      expect(tellHappening(each, '12 Acacia Avenue')).toMatch(/^[A-Z0-9].*[.]$/)
    }
  },
)

test.each(['on', 'off'])(
  'a supplier’s word that a load goes %s names whose agreement is missing',
  (load) => {
    const data = { use: 'supplied', load, originator: 'A0-00-00-00-00-00-00-06' }
    const words = tellHappening({ at: 0, actor: 'csms', kind: 'arm', data }, '12 Acacia Avenue')
    expect(words).toBe(
      `The supplier of 12 Acacia Avenue has agreed that its load is switched ${load}; ` +
        'that happens when the operator agrees too.',
    )
  },
)

test('the street is told as a whole', () => {
  expect(tellStreet([])).toBe('No charger is known yet.')
  expect(tellStreet([row])).toBe('Nothing is charging at the 1 charger of this street.')
  const charging = { ...row, powerWatts: 7400 }
  expect(tellStreet([row, charging])).toBe('1 of 2 chargers is charging, 7.4 kW together.')
})

test.each([
  [undefined, 'not known'],
  [50.01, 'steady at 50.01 Hz'],
  [49.79, 'strained: 49.79 Hz is low'],
  [50.21, 'strained: 50.21 Hz is high'],
  [48.787, 'distress: 48.79 Hz is far too low'],
])('a frequency of %s is told as "%s"', (hertz, words) => {
  expect(tellFrequency(hertz)).toContain(words)
})

test('only what is known to be safe is called so', () => {
  expect(tellTrust({ trustMode: 'supervised', identifiedBy: 'certificate' }).safe).toBe(true)
  expect(tellTrust({ trustMode: 'standard', identifiedBy: 'certificate' }).safe).toBe(false)
  expect(tellTrust({ trustMode: '', identifiedBy: 'certificate' }).safe).toBe(false)
  expect(tellTrust({ trustMode: 'supervised', identifiedBy: '' }).safe).toBe(false)
  for (const trustMode of ['unconfirmed', 'mismatch']) {
    const told = tellTrust({ trustMode, identifiedBy: 'certificate' })
    expect(told.safe).toBe(false)
    expect(told.words).toContain('supervisor')
  }
  expect(tellTrust({ trustMode: 'something-new', identifiedBy: 'none' }).safe).toBe(false)
})

test('commands have names for people', () => {
  expect(actionName('RequestStartTransaction')).toBe('Start')
  expect(actionName('SomethingNew')).toBe('SomethingNew')
  expect(actionName(undefined)).toBe('Command')
})

test('what a charge costs is said as money, so far or in all', () => {
  const cost = { totalCost: 1.3, currency: 'GBP' }
  expect(tellCost({ ...cost, final: false })).toBe('£1.30 so far')
  expect(tellCost({ ...cost, final: true })).toBe('£1.30 for the last charge')
})
