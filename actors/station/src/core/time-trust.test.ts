import { limits } from '@interlock/contract'
import { instant, type Instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { hear, isTrusted, noTimeYet } from './time-trust.ts'

const now = instant(Date.UTC(2026, 0, 5))
const off = (by: number): Instant => instant(now + by)

test('with an LLCS in the home both sources must agree', () => {
  const one = hear(noTimeYet(true), 'csms', now, now)
  expect(isTrusted(one.trust)).toBe(false)
  expect(isTrusted(hear(one.trust, 'llcs', off(900), now).trust)).toBe(true)
})

test('without an LLCS the CSMS suffices', () => {
  expect(isTrusted(noTimeYet(false))).toBe(false)
  expect(isTrusted(hear(noTimeYet(false), 'csms', now, now).trust)).toBe(true)
})

test('a source that is off by more than the tolerance disagrees, in either direction', () => {
  for (const by of [30_001, -30_001]) {
    const heard = hear(noTimeYet(false), 'csms', off(by), now)
    expect(heard.disagrees).toBe(true)
    expect(isTrusted(heard.trust)).toBe(false)
  }
  expect(hear(noTimeYet(false), 'csms', off(30_000), now).disagrees).toBe(false)
})

test('an LLCS disagrees as soon as it could not arm the charger', () => {
  const { linkMessageLifetimeMillis: most } = limits
  for (const by of [most + 1, -most - 1])
    expect(hear(noTimeYet(true), 'llcs', off(by), now).disagrees).toBe(true)
  expect(hear(noTimeYet(true), 'llcs', off(most), now).disagrees).toBe(false)
})

test('the only source that comes to disagree ends the trust it gave', () => {
  const trusted = hear(noTimeYet(false), 'csms', now, now).trust
  expect(isTrusted(hear(trusted, 'csms', off(3_600_000), now).trust)).toBe(false)
})

const heardBoth = hear(hear(noTimeYet(true), 'csms', now, now).trust, 'llcs', now, now).trust

test('one of two that comes to disagree ends nothing, and is told', () => {
  for (const source of ['csms', 'llcs'] as const) {
    const lied = hear(heardBoth, source, off(3_600_000), now)
    expect(lied.disagrees).toBe(true)
    expect(isTrusted(lied.trust)).toBe(true)
  }
})

test('when both disagree the clock is wrong, until one agrees again', () => {
  const one = hear(heardBoth, 'csms', off(3_600_000), now).trust
  const both = hear(one, 'llcs', off(3_600_000), now).trust
  expect(isTrusted(both)).toBe(false)
  expect(isTrusted(hear(both, 'llcs', now, now).trust)).toBe(true)
})

test('at a cold boot one that lies keeps the time untrusted', () => {
  const llcs = hear(noTimeYet(true), 'llcs', now, now).trust
  expect(isTrusted(hear(llcs, 'csms', off(3_600_000), now).trust)).toBe(false)
})
