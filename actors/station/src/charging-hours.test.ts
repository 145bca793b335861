import { readFileSync } from 'node:fs'
import type { AnsweredHours, FlattenedJws } from '@interlock/contract'
import { assert, inHours, inMinutes, instant, toBase64 } from '@interlock/kernel'
import type { HoursChoice } from '@interlock/power'
import {
  hoursChoiceStatement,
  hoursDigest,
  readHours,
  signHoursAcknowledgement,
  verifyHoursAcknowledgement,
  type HoursAcknowledgement,
} from '@interlock/seal'
import { expect, test } from 'vitest'
import {
  crypto,
  csms,
  dsrsp,
  otherStation,
  owner,
  stationSubject,
  supervisor,
} from './fixture/parties.fixture.ts'
import { profileOf } from './fixture/commands.fixture.ts'
import { scene, type Scene } from './fixture/scene.fixture.ts'
import { until } from './fixture/until.fixture.ts'

/** A Monday, within the default hours of regulation 10. */
const evening = instant(Date.UTC(2026, 0, 5, 17))
const delay = inMinutes(2)
const supervisorCell = {
  thumbprint: supervisor.peer.thumbprint,
  publicKey: supervisor.key.publicKey,
}
const entropy = { bytes: (length: number) => new Uint8Array(length), below: () => delay / 1000 }
const car = { energyWattHours: 300_000, vehicleWattsMax: 7_000 }

/** What the supervisor signs about a statement; `by` and `change` are an attacker's. */
function answerTo(statement: unknown, change: Partial<HoursAcknowledgement> = {}, by = supervisor) {
  const read = readHours(statement)
  assert(read.ok, 'it can be read')
  const { counter, station } = read.value.statement
  const digest = hoursDigest(read.value, crypto)
  const verdict = { station, counter, digest, verdict: 'acknowledged', reason: null } as const
  const { thumbprint } = by.peer
  return signHoursAcknowledgement(
    { ...verdict, at: evening, ...change },
    { key: by.key, thumbprint },
    crypto,
  )
}
const statementsOf = ({ csms: server }: Scene): FlattenedJws[] =>
  server
    .sent('DataTransfer')
    .filter(({ messageId }) => messageId === 'ChargingHours')
    .map(({ data }) => data as FlattenedJws)
const kindsOf = ({ data }: Scene) =>
  readFileSync(`${data}/audit.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; data: Record<string, unknown> })
    .filter(({ kind }) => kind.startsWith('ChargingHours'))
const countOf = (home: Scene, kind: string) =>
  kindsOf(home).filter((each) => each.kind === kind).length

/** Counters of the statements that a charger gives to who asks, each with the supervisor's own answer. */
async function verifiedIn(home: Scene): Promise<readonly number[]> {
  const request = { vendorId: 'org.interlock', messageId: 'ChargingHoursNow' }
  const { data } = await home.csms.endpoint().call('DataTransfer', request)
  const { signed = [] } = data as { signed?: AnsweredHours[] }
  return signed.map(({ statement, acknowledgement }) => {
    const [said, answer] = [
      readHours(statement),
      verifyHoursAcknowledgement(acknowledgement, [supervisorCell], crypto),
    ]
    assert(said.ok && answer.ok, 'both can be read, and the supervisor signed')
    expect(answer.value.digest).toBe(hoursDigest(said.value, crypto))
    return said.value.statement.counter
  })
}

/** A home whose CSMS carries as the test says. */
const homeWith = (answer: (statement: FlattenedJws) => object, config: object = {}) =>
  scene({
    at: evening,
    entropy,
    config,
    before: (server) => {
      server.answers.DataTransfer = ({ messageId, data }) =>
        (messageId === 'ChargingHours'
          ? answer(data as FlattenedJws)
          : { status: 'Accepted' }) as never
    },
  })

test('an owner takes the hours away: they go when the supervisor has acknowledged it, and no answer of anyone else’s counts', async () => {
  const forged = [
    (said: FlattenedJws) => answerTo(said, {}, csms),
    (said: FlattenedJws) => answerTo(said, { counter: 1 }),
    (said: FlattenedJws) => ({
      ...answerTo(said),
      payload: answerTo(said, { counter: 9 }).payload,
    }),
    () => undefined,
  ]
  const home = await homeWith((said) => {
    const data = forged.length > 0 ? forged.shift()?.(said) : answerTo(said)
    return { status: 'Accepted', ...(data === undefined ? {} : { data }) }
  })
  const shown = () => home.station.observe()
  const { hardware } = home.station
  hardware.plugIn(car)
  const backwards = { weekdays: [1], fromHour: 22, untilHour: 6 }
  expect(hardware.chooseHours({ kind: 'changed', quiet: [backwards] })).toBe(false)
  expect(shown()).toMatchObject({ asksForHours: true, why: 'Fallback', setPointWatts: 0 })

  expect(hardware.chooseHours({ kind: 'removed' })).toBe(true)
  expect(shown()).toMatchObject({ asksForHours: false, hours: { state: 'waiting', wants: [] } })
  for (let bad = 1; bad <= 4; bad += 1) {
    await until(() => countOf(home, 'ChargingHoursIgnored') === bad, `answer ${bad} is ignored`)
    expect(shown().hours.state).toBe('waiting')
    await until(() => home.clock.armed('station-1/hours'), 'it will ask again')
    await home.clock.advance(inMinutes(15))
  }
  await until(() => shown().hours.state === 'acknowledged', 'the supervisor’s own word')
  // It is signed once, whoever loses it, and what follows says that it is held.
  await until(() => statementsOf(home).length === 6, 'the charger’s word that it holds them')
  const read = statementsOf(home).map((each) => readHours(each))
  const said = read.map((each) => (each.ok ? each.value.statement : undefined))
  expect(new Set(said.slice(0, 5).map((each) => each?.counter)).size).toBe(1)
  expect(said[5]).toMatchObject({ holds: said[0]?.counter, wants: null })
  // The random delay has not begun, for nothing moves yet.
  expect(shown()).toMatchObject({ setPointWatts: 0, waitingFor: undefined })

  // Who asks gets it as it was signed and answered: that it holds them, and what it holds.
  let signed: readonly number[] = []
  for (let asked = 0; signed.length < 2; asked += 1) {
    assert(asked < 10_000, 'the last answer has come')
    signed = await verifiedIn(home)
  }
  expect(signed).toEqual([said[5]?.counter, said[0]?.counter])

  // Attack: a supervisor without its register seconds by the default hours. It is refused, and told again.
  const forgetful = await home.countersigned('SetChargingProfile', profileOf(evening, 3_000))
  expect(forgetful).toMatchObject({
    status: 'Rejected',
    statusInfo: { reasonCode: 'HoursDiffer' },
  })
  await until(() => statementsOf(home).length === 7, 'it says again what it holds')
  const latest = readHours(statementsOf(home)[6])
  expect(latest.ok && latest.value.statement).toMatchObject({
    holds: said[0]?.counter,
    wants: null,
  })

  await home.restart()
  expect(shown().hours.state).toBe('acknowledged')
  // Tuesday, nine in the morning: the default hours would forbid it.
  await home.clock.advance(inHours(15))
  expect(shown()).toMatchObject({ why: 'Fallback', hours: { state: 'inForce', quiet: [] } })
  expect(shown().setPointWatts).toBe(7_400)
  expect(kindsOf(home).map(({ kind }) => kind)).toEqual([
    'ChargingHoursAsked',
    'ChargingHoursRefused',
    'ChargingHoursChosen',
    'ChargingHoursStated',
    ...Array.from({ length: 4 }, () => 'ChargingHoursIgnored'),
    'ChargingHoursAcknowledged',
    'ChargingHoursStated',
    'ChargingHoursStated',
  ])
})

test('an owner chooses elsewhere by signature: a CSMS can invent, alter, repeat or hold back no choice', async () => {
  const refusal = { verdict: 'refused', reason: 'BudgetExceeded' } as const
  const home = await homeWith((said) => ({ status: 'Accepted', data: answerTo(said, refusal) }))
  await home.enrolOwner()
  const transfer = async (messageId: string, data?: object) =>
    home.csms.endpoint().call('DataTransfer', {
      vendorId: 'org.interlock',
      messageId,
      ...(data === undefined ? {} : { data }),
    })
  const own = [{ weekdays: [1, 2], fromHour: 18, untilHour: 20 }]
  const changed: HoursChoice = { kind: 'changed', quiet: own }
  const signed = (choice: HoursChoice, at: number, by = owner.key, eui = stationSubject.eui) => ({
    choice,
    by: toBase64(by.publicKey.spki),
    signature: toBase64(crypto.sign(by, hoursChoiceStatement(eui, choice, at))),
    at,
  })
  const choose = async (data: object) => {
    const answer = await transfer('ChargingHoursChoice', data)
    return answer.statusInfo?.reasonCode ?? answer.status
  }
  const now = home.clock.now()
  const word = signed(changed, now)
  expect(await choose({ choice: changed })).toBe('Malformed')
  expect(await choose(signed(changed, now, crypto.generateKey().key))).toBe('OwnerUnknown')
  expect(await choose(signed(changed, now, owner.key, otherStation))).toBe('SignatureInvalid')
  expect(await choose({ ...word, choice: { kind: 'removed' } })).toBe('SignatureInvalid')
  expect(await choose(signed(changed, now - inHours(1)))).toBe('Expired')
  const backwards = [{ weekdays: [1], fromHour: 9, untilHour: 8 }]
  expect(await choose(signed({ kind: 'changed', quiet: backwards }, now))).toBe('HoursInvalid')
  expect(statementsOf(home)).toEqual([])

  expect(await choose(word)).toBe('Accepted')
  await until(() => home.station.observe().hours.state === 'refused', 'the ledgers have no room')
  expect((await transfer('ChargingHoursNow')).data).toMatchObject({
    state: 'refused',
    wants: own,
    reason: 'BudgetExceeded',
  })
  // What was chosen at the charger since stands, whatever comes again.
  home.station.hardware.chooseHours({ kind: 'accepted' })
  expect(await choose(word)).toBe('Expired')
  expect(home.station.observe().hours.state).toBe('inForce')
  // A start by hand is the owner's at any hour.
  home.station.hardware.plugIn(car)
  home.station.hardware.press('start')
  expect(home.station.observe()).toMatchObject({ why: 'OverrideCharge', setPointWatts: 7_400 })
})

test('a charger that is sold with an agreement asks nobody, says why, and has its hours acknowledged too', async () => {
  const dsrAgreement = { dsrsp: dsrsp.peer.organisation, reference: 'DSR 12/2026', quiet: [] }
  const home = await homeWith((said) => ({ status: 'Accepted', data: answerTo(said) }), {
    dsrAgreement,
  })
  await until(() => home.station.observe().hours.state === 'acknowledged', 'its hours')
  const [said] = statementsOf(home).map((each) => readHours(each))
  expect(said?.ok === true && said.value.statement.wants?.agreement).toEqual({
    dsrsp: dsrAgreement.dsrsp,
    reference: dsrAgreement.reference,
  })
  home.station.hardware.plugIn(car)
  expect(home.station.observe().asksForHours).toBe(false)
  expect(kindsOf(home).find(({ kind }) => kind === 'ChargingHoursExempt')?.data).toEqual({
    ...dsrAgreement,
    exemption: 'SoldWithDsrAgreement',
  })
  expect(countOf(home, 'ChargingHoursAsked')).toBe(0)
})
