import { limits } from '@interlock/contract'
import { hertz, instant } from '@interlock/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { curvePercent } from './frequency-curve.ts'
import { respond } from './respond.ts'
import { agreeing, curveWith, readings } from './scenarios.fixture.ts'
import { arm, cell, forged, later, llcs, now, parties, state, station } from './world.fixture.ts'

const running = (since: number) => state({ armUses: () => ({ changes: 1, lastAt: later(since) }) })

test('when everything agrees, the station follows the curve at once', () => {
  const evidence = agreeing()
  const held = evidence.arms[0]
  expect(respond(evidence, state(), now)).toEqual({
    ok: true,
    second: 'response',
    evse: 1,
    arm: held?.arm,
    percent: expect.closeTo(50, 6) as number,
    ceilingWatts: expect.closeTo(3_700, 6) as number,
    until: later(300),
    delay: { secondsMax: 0, exemption: 'ResponseService' },
    armUse: { digest: held?.arm.digest, kind: 'change' },
  })
})

test('a running response follows the curve without using the arm again', () => {
  const verdict = respond(agreeing({ since: later(-30) }), running(-30), now)
  expect(verdict).toMatchObject({ ok: true, until: later(300) })
  expect(verdict).not.toHaveProperty('armUse')
})

test('the curve of a provider whose charging certificate is revoked starts nothing', () => {
  const { cells } = state()
  const revokedAs = (party: typeof parties.dsrsp, other: typeof parties.dsrsp) =>
    state({ cells: { ...cells, dsrsp: [cell(party, true), cell(other)] } })
  const { dsrsp, dsrspMeter } = parties
  expect(respond(agreeing(), revokedAs(dsrsp, dsrspMeter), now)).toMatchObject({
    reason: 'SignerRevoked',
  })
  expect(respond(agreeing(), revokedAs(dsrspMeter, dsrsp), now)).toMatchObject({
    reason: 'ArmRevoked',
  })
})

test('an arm serves one response', () => {
  expect(respond(agreeing(), running(-600), now)).toMatchObject({ reason: 'ArmSpent' })
  const returned = state({ armUses: () => ({ changes: 2, lastAt: now }) })
  expect(respond(agreeing({ since: later(-30) }), returned, now)).toMatchObject({
    reason: 'ArmSpent',
  })
  expect(respond(agreeing({ since: later(-30) }), state(), now)).toMatchObject({
    reason: 'ArmSpent',
  })
})

test('curve and level are both ceilings: the lower holds', () => {
  expect(respond(agreeing({}, { level: 20 }), state(), now)).toMatchObject({
    ok: true,
    percent: 20,
    ceilingWatts: 1_480,
  })
})

test.each([
  ['hardwareWatts', { hardwareWatts: 1_000, fuseWatts: 7_400, siteWatts: 7_400 }],
  ['fuseWatts', { hardwareWatts: 7_400, fuseWatts: 1_000, siteWatts: 7_400 }],
  ['siteWatts', { hardwareWatts: 7_400, fuseWatts: 7_400, siteWatts: 1_000 }],
])('the response stays below %s', (_name, of) => {
  expect(respond(agreeing(), state({ limits: of }), now)).toMatchObject({ ceilingWatts: 1_000 })
})

test.each([
  ['TimeUntrusted', () => agreeing(), state({ timeTrusted: false })],
  ['ProviderNotBound', () => agreeing(), state({ bound: {} })],
  ['NotArmed', () => agreeing({ arms: [] }), state()],
  ['ArmUse', () => agreeing({}, { use: 'onDemand' }), state()],
  ['ArmDirection', () => agreeing({}, { direction: 'export' }), state()],
  ['ArmTarget', () => agreeing({}, { target: station }), state()],
  ['ArmTarget', () => agreeing({}, { evse: 2 }), state()],
  ['ArmTarget', () => agreeing(), state({ station: { eui: station } })],
  ['ArmWindow', () => agreeing({}, { from: later(1) }), state()],
  ['ArmWindow', () => agreeing({}, { until: now }), state()],
  [
    'Overridden',
    () => agreeing(),
    state({ overrides: [{ evse: 1, by: 'gesture', until: later(1) }] }),
  ],
  ['NoSuchEvse', () => agreeing(), state({ evses: [] })],
  [
    'EvseFaulted',
    () => agreeing(),
    state({ evses: [{ id: 1, ratingWatts: 7_400, faulted: true }] }),
  ],
  ['CurveExpired', () => agreeing({ curve: curveWith({ from: later(1) }) }), state()],
])('%s keeps the station from acting by itself', (reason, evidence, of) => {
  expect(respond(evidence(), of, now)).toMatchObject({ ok: false, reason })
})

test('a forged pre-authorisation arms nothing', () => {
  const held = forged(arm({ use: 'response' }))
  const evidence = agreeing()
  const signal = { ...evidence.signal, digest: held.arm.digest }
  expect(respond({ ...evidence, arms: [held], signal }, state(), now)).toMatchObject({
    reason: 'ArmInvalid',
  })
})

test('a pre-authorisation from another DSRSP than the curve’s arms nothing', () => {
  const other = { ...parties.csms, role: 'dsrsp' as const, hierarchy: 'smartMeter' as const }
  const cells = { ...state().cells, dsrsp: [cell(parties.dsrspMeter), cell(other)] }
  expect(respond(agreeing({}, { by: other }), state({ cells }), now)).toMatchObject({
    reason: 'ArmOriginator',
  })
})

test('the LLCS’s word ends when it says, and no bound on the response is exceeded', () => {
  const evidence = agreeing()
  const until = (at: number) => ({ ...evidence, signal: { ...evidence.signal, until: later(at) } })
  expect(respond(until(0), state(), now)).toMatchObject({ reason: 'ArmWindow' })
  expect(respond(until(1), state(), now)).toMatchObject({ ok: true, until: later(1) })
  expect(respond(until(9_999), state(), now)).toMatchObject({ until: later(600) })
  expect(respond(agreeing({}, { until: later(90) }), state(), now)).toMatchObject({
    until: later(90),
  })
  const short = agreeing({ curve: curveWith({ until: later(80) }) })
  expect(respond(short, state(), now)).toMatchObject({ until: later(80) })
  const long = {
    ...until(9_999),
    curve: curveWith({ durationMillisMax: 9_000_000, until: later(9_999) }),
  }
  expect(respond(long, state(), now)).toMatchObject({
    until: instant(now + limits.responseMillisMax),
  })
})

test('a response that has lasted its longest ends', () => {
  const lasting = (seconds: number) =>
    respond(agreeing({ since: later(-seconds) }), running(-seconds), now)
  expect(lasting(599)).toMatchObject({ ok: true, until: later(1) })
  expect(lasting(600)).toMatchObject({ reason: 'ResponseTooLong' })
})

test('a reading older than two seconds, or from the future, is stale', () => {
  const aged = (signal: number, own: number) => {
    const evidence = agreeing()
    return respond(
      {
        ...evidence,
        signal: { ...evidence.signal, measuredAt: instant(now + signal) },
        reading: { hertz: hertz(49.7), at: instant(now + own) },
      },
      state(),
      now,
    )
  }
  expect(aged(-2_000, 2_000)).toMatchObject({ ok: true })
  expect(aged(-2_001, 0)).toMatchObject({ reason: 'FrequencyStale' })
  expect(aged(0, -2_001)).toMatchObject({ reason: 'FrequencyStale' })
  expect(aged(0, 2_001)).toMatchObject({ reason: 'FrequencyStale' })
})

test('curve and pre-authorisation count from their first instant', () => {
  const evidence = agreeing({ curve: curveWith({ from: now }) }, { from: now })
  expect(respond(evidence, state(), now)).toMatchObject({ ok: true })
})

test('a refusal says what it saw', () => {
  expect(respond(readings(50.2), state(), now)).toMatchObject({ detail: '50.2 Hz' })
  expect(respond(agreeing(), running(-1), now)).toMatchObject({ detail: '1' })
  expect(respond(agreeing(), state({ evses: [] }), now)).toMatchObject({ detail: '1' })
  const faulted = state({ evses: [{ id: 1, ratingWatts: 7_400, faulted: true }] })
  expect(respond(agreeing(), faulted, now)).toMatchObject({ detail: '1' })
})

test('both readings must agree, and be numbers', () => {
  // The one pair whose difference is exactly the limit in binary.
  expect(respond(readings(0.05, 0), state(), now)).toMatchObject({ ok: true, percent: 0 })
  expect(respond(readings(49.75, 49.7), state(), now)).toMatchObject({ ok: true })
  expect(respond(readings(49.7, 49.76), state(), now)).toMatchObject({
    reason: 'FrequencyDisagrees',
    detail: '49.7 Hz and 49.76 Hz',
  })
  expect(respond(readings(49.7, Number.NaN), state(), now)).toMatchObject({
    reason: 'FrequencyDisagrees',
  })
})

test('both readings must lie outside the deadband, on the side where a ceiling helps', () => {
  const wide = { curve: curveWith({ deadbandHertz: 0.25 }) }
  expect(respond({ ...readings(49.77, 49.73), ...wide }, state(), now)).toMatchObject({
    reason: 'InsideDeadband',
  })
  expect(respond({ ...readings(49.73, 49.77), ...wide }, state(), now)).toMatchObject({
    reason: 'InsideDeadband',
  })
  expect(respond({ ...readings(49.75), ...wide }, state(), now)).toMatchObject({
    reason: 'InsideDeadband',
    detail: '49.75 Hz',
  })
  expect(respond({ ...readings(50.25), ...wide }, state(), now)).toMatchObject({
    reason: 'InsideDeadband',
  })
  expect(respond(readings(50.2), state(), now)).toMatchObject({ reason: 'Destabilising' })
})

test('a ceiling on export helps when the frequency is high', () => {
  const points = [
    { hertz: 50.1, percent: 100 },
    { hertz: 50.5, percent: 0 },
  ]
  const curve = curveWith({ direction: 'export', points })
  const held = arm({ use: 'response', direction: 'export' })
  const signal = { ...agreeing().signal, digest: held.arm.digest }
  const at = (value: number) => ({ ...readings(value), arms: [held], curve })
  const high = { ...at(50.3), signal: { ...signal, hertz: 50.3 } }
  expect(respond(high, state(), now)).toMatchObject({
    ok: true,
    percent: expect.closeTo(50, 6) as number,
  })
  const low = { ...at(49.7), signal: { ...signal, hertz: 49.7 } }
  expect(respond(low, state(), now)).toMatchObject({ reason: 'Destabilising' })
})

test('the curve is linear between its points and level beyond them', () => {
  const { curve } = curveWith({
    points: [
      { hertz: 49.5, percent: 10 },
      { hertz: 49.7, percent: 30 },
      { hertz: 49.9, percent: 100 },
    ],
  })
  const expected = [
    [49, 10],
    [49.5, 10],
    [49.6, 20],
    [49.7, 30],
    [49.8, 65],
    [49.9, 100],
    [50.5, 100],
  ] as const
  for (const [at, percent] of expected) expect(curvePercent(curve, at)).toBeCloseTo(percent, 6)
  expect(curvePercent({ ...curve, points: [] }, 49)).toBe(100)
})

test('without agreement of every part there is no response', () => {
  const parts = ['curve', 'arm', 'signal', 'reading'] as const
  fc.assert(
    fc.property(fc.subarray([...parts], { minLength: 1 }), (missing) => {
      const whole = agreeing()
      const old = instant(now - limits.frequencyAgeMillisMax - 1)
      const verdict = respond(
        {
          ...(missing.includes('curve') || whole.curve === undefined ? {} : { curve: whole.curve }),
          arms: missing.includes('arm') ? [] : whole.arms,
          signal: missing.includes('signal') ? { ...whole.signal, measuredAt: old } : whole.signal,
          reading: missing.includes('reading') ? { ...whole.reading, at: old } : whole.reading,
        },
        state({ station: { eui: station, llcs } }),
        now,
      )
      expect(verdict.ok).toBe(false)
    }),
  )
})
