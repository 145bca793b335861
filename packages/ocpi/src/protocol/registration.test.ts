import { expect, test } from 'vitest'
import type { Envelope } from './envelope.ts'
import { cpo, invitation, twoParties, type Side } from './parties.fixture.ts'

const codeOf = async (asked: ReturnType<Side['ask']>): Promise<readonly [number, number]> => {
  const { status, body } = await asked
  return [status, (body as Envelope).status_code]
}
const credentials = (change: object = {}): string =>
  JSON.stringify({
    token: 'token-that-the-peer-chose',
    url: 'https://emsp.test/ocpi/versions',
    roles: [{ role: 'EMSP', business_details: { name: 'P' }, country_code: 'NL', party_id: 'ILK' }],
    ...change,
  })

test('two parties register by an invitation, which is good once', async () => {
  const { operator, provider, begin, tokensShown } = twoParties()
  expect(await begin()).toEqual({ ok: true, value: undefined })
  const { toOperator, toProvider } = tokensShown()
  expect(toOperator).not.toBe(toProvider)
  for (const [side, token] of [
    [operator, toOperator],
    [provider, toProvider],
  ] as const)
    expect(await codeOf(side.ask('GET', '2.2.1', { token }))).toEqual([200, 1_000])
  expect(await codeOf(operator.ask('GET', '2.2.1', { token: invitation }))).toEqual([401, 2_000])
  expect(operator.registration.reach('provider', 'cdrs', 'RECEIVER')).toEqual({
    ok: true,
    value: { url: 'https://emsp.test/ocpi/2.2.1/receiver/cdrs', token: toProvider },
  })
  // Neither keeps what the other shows it, only a digest.
  expect(JSON.stringify([...operator.held.values()])).not.toContain(toOperator)
})

test('an invitation opens the versions and the registration, and no other module (§4.1.2)', async () => {
  const { operator } = twoParties()
  const token = invitation
  expect(await codeOf(operator.ask('GET', 'versions', { token }))).toEqual([200, 1_000])
  expect(await codeOf(operator.ask('GET', '2.2.1', { token }))).toEqual([200, 1_000])
  expect(await codeOf(operator.ask('GET', '2.2.1/credentials', { token }))).toEqual([200, 1_000])
  expect(await codeOf(operator.ask('GET', '2.2.1/sender/cdrs', { token }))).toEqual([401, 2_000])
  // Not registered: nothing to renew or to forget (§7.2.3, §7.2.4).
  for (const method of ['PUT', 'DELETE'])
    expect(await codeOf(operator.ask(method, '2.2.1/credentials', { token }))).toEqual([405, 2_000])
})

test('a token is renewed; the former is good until the new one is shown, and who forgets is forgotten', async () => {
  const { operator, begin, tokensShown } = twoParties()
  await begin()
  const { toOperator: token, toProvider } = tokensShown()
  expect(await codeOf(operator.ask('POST', '2.2.1/credentials', { token }))).toEqual([405, 2_000])
  const body = credentials({ token: toProvider })
  const renewed = await operator.ask('PUT', '2.2.1/credentials', { token, body })
  const { token: fresh } = (renewed.body as Envelope).data as { token: string }
  expect(fresh).not.toBe(token)
  // The answer may have been lost.
  expect(await codeOf(operator.ask('GET', 'versions', { token }))).toEqual([200, 1_000])
  expect(await codeOf(operator.ask('GET', 'versions', { token: fresh }))).toEqual([200, 1_000])
  expect(await codeOf(operator.ask('GET', 'versions', { token }))).toEqual([401, 2_000])
  const forget = operator.ask('DELETE', '2.2.1/credentials', { token: fresh })
  expect(await codeOf(forget)).toEqual([200, 1_000])
  for (const each of [fresh, invitation])
    expect(await codeOf(operator.ask('GET', 'versions', { token: each }))).toEqual([401, 2_000])
})

test.each<readonly [string, string, number, number]>([
  ['no JSON', '{', 400, 2_001],
  ['a token of four characters', credentials({ token: 'four' }), 200, 2_001],
  [
    'the roles of somebody else',
    credentials({ roles: [{ ...cpo, role: 'CPO', business_details: { name: 'C' } }] }),
    200,
    2_001,
  ],
  [
    'an address elsewhere',
    credentials({ url: 'https://elsewhere.test/ocpi/versions' }),
    200,
    3_001,
  ],
  [
    'an address where nobody is',
    credentials({ url: 'https://emsp.test/ocpi/nowhere' }),
    200,
    3_001,
  ],
  ['a token that its own door does not know', credentials(), 200, 3_001],
])('credentials that are of no use: %s', async (_, body, http, status) => {
  const { operator } = twoParties()
  const asked = operator.ask('POST', '2.2.1/credentials', { token: invitation, body })
  expect(await codeOf(asked)).toEqual([http, status])
  expect(operator.held.size).toBe(0)
})

test('who lacks an interface that is needed, or speaks other versions, is refused by name', async () => {
  const lacking = twoParties({ needs: [{ identifier: 'hubclientinfo' }] })
  expect(await lacking.begin()).toMatchObject({ reason: 'EndpointsMissing' })
  const { begin, operator } = twoParties()
  const { ask } = operator
  Object.assign(operator, {
    ask: async (...asked: Parameters<Side['ask']>) => {
      const reply = await ask(...asked)
      const text = JSON.stringify(reply.body).replaceAll('"version":"2.2.1"', '"version":"2.1.1"')
      return { ...reply, body: JSON.parse(text) as unknown }
    },
  })
  expect(await begin()).toMatchObject({ reason: 'VersionUnsupported' })
})
