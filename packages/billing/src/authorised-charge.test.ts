import { verifyEcdsa } from '@interlock/host'
import { instant } from '@interlock/kernel'
import type { Cdr } from '@interlock/ocpi'
import { expect, test } from 'vitest'
import { cdrWith, meter, nobody, payloads, tariff, valueOf, values } from './operator.fixture.ts'
import { nothingBilled, rateCdr, type Billed } from './rate-cdr.ts'
import { ratingProblemRow } from './rating-problems.ts'

const authorised = instant(Date.parse('2026-01-12T20:29:00Z'))
const deps = {
  meterAt: () => meter,
  verifyEcdsa,
  authorisedAt: () => authorised,
  isAskedAlways: () => false,
}
const rate = (cdr: Cdr, billed: Billed = nothingBilled) => rateCdr(cdr, tariff, billed, deps)
const nobodys = () => payloads().map((each) => valueOf({ ...each, ...nobody }))

test('a charge of nobody is only theirs whom we authorised then, whatever the operator says', () => {
  const rateAt = (cdr: Cdr, at?: number) =>
    rateCdr(cdr, tariff, nothingBilled, {
      ...deps,
      authorisedAt: () => (at === undefined ? undefined : instant(at)),
    })
  const invented = cdrWith(nobodys(), { authorization_reference: 'made-up' })
  for (const auth_method of ['AUTH_REQUEST', 'WHITELIST', 'COMMAND'] as const)
    for (const at of [undefined, authorised - 2 * 86_400_000, authorised + 86_400_000])
      expect(rateAt({ ...invented, auth_method }, at)).toMatchObject({ reason: 'DriverUnknown' })
  expect(rateAt(invented, authorised)).toMatchObject({ ok: true })
  // Whom the meter knows may be let in without asking; a reference is ours all the same.
  const known = cdrWith(values(), { auth_method: 'WHITELIST' })
  expect(rateAt(known)).toMatchObject({ ok: true })
  expect(rateAt({ ...known, authorization_reference: 'R9' })).toMatchObject({ ok: false })
})

test('attack: a second charge under the reference of one that was billed', () => {
  const under = (authorization_reference: string) =>
    cdrWith(values({}, 11), { id: 'C2', authorization_reference })
  const first = rate(cdrWith(values(), { authorization_reference: 'R1' }))
  if (!first.ok) throw new Error(first.reason)
  for (const reference of ['R1', 'r1']) {
    expect(rate(under(reference), first.value.billed)).toMatchObject({ reason: 'ReferenceUsed' })
    // Before another was billed it is good, and without what was billed it would be again.
    expect(rate(under(reference))).toMatchObject({ ok: true })
  }
  expect(ratingProblemRow('ReferenceUsed').atFault).toBe('operator')
  // What was disputed has used nothing.
  const other = rate(cdrWith(values(), { authorization_reference: 'R1', total_energy: 95 }))
  expect(other).toMatchObject({ reason: 'EnergyDiffers' })
})

test('attack: a contract that is to be asked about each time is charged to without asking, or asked about afterwards', () => {
  const rateAt = (cdr: Cdr, at: number | undefined, isAskedAlways = true) =>
    rateCdr(cdr, tariff, nothingBilled, {
      ...deps,
      authorisedAt: () => (at === undefined ? undefined : instant(at)),
      isAskedAlways: () => isAskedAlways,
    })
  const unasked = cdrWith(values(), { auth_method: 'WHITELIST' })
  expect(rateAt(unasked, undefined)).toMatchObject({ reason: 'AuthorisationMissing' })
  expect(rateAt(unasked, undefined, false)).toMatchObject({ ok: true })
  const asked = cdrWith(values(), { authorization_reference: 'R1' })
  expect(rateAt(asked, authorised)).toMatchObject({ ok: true })
  for (const at of [authorised + 86_400_000, authorised - 2 * 86_400_000])
    expect(rateAt(asked, at)).toMatchObject({ reason: 'AuthorisationMissing' })
  expect(ratingProblemRow('AuthorisationMissing').atFault).toBe('operator')
})
