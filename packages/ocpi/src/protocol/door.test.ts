import { beforeAll, expect, test } from 'vitest'
import type { Envelope } from './envelope.ts'
import { interfaceRow, ocpiInterfaces, type InterfaceName } from './interfaces.ts'
import { askedPage, nextPage, pageHeaders, pageLimitMax } from './pages.ts'
import { invitation, twoParties, type Side } from './parties.fixture.ts'
import { ocpiRefusalRow, ocpiRefusals, type OcpiRefusal } from './refusals.ts'

const { operator, provider, begin, tokensShown } = twoParties()
const shown = { operator: '', provider: '' }
beforeAll(async () => {
  await begin()
  const { toOperator, toProvider } = tokensShown()
  Object.assign(shown, { operator: toOperator, provider: toProvider })
})

/** Every interface of every module, at the side that has it. */
const sides: readonly (readonly ['operator' | 'provider', Side])[] = [
  ['operator', operator],
  ['provider', provider],
]
const served = sides.flatMap(([who, side]) =>
  (Object.keys(side.door.handlers) as InterfaceName[]).map((name) => {
    const { module, role, path, ...row } = interfaceRow(name)
    const parts = path === '' ? '' : `/${path.replaceAll(/:\w+/g, 'X')}`
    return { name, who, side, ...row, path: `2.2.1/${role.toLowerCase()}/${module}${parts}` }
  }),
)
test('every interface of the table is served by one of both sides', () => {
  expect(served.map(({ name }) => name).sort()).toEqual(Object.keys(ocpiInterfaces).sort())
})

type Row = (typeof served)[number]
const anyBody = ({ body }: Row): string => (body === 'Any' || body === 'Part' ? '{}' : '')
const ask = (row: Row, change: Parameters<Side['ask']>[2] & { path?: string; method?: string }) =>
  row.side.ask(change.method ?? row.method, change.path ?? row.path, {
    token: shown[row.who],
    body: anyBody(row),
    ...change,
  })

const wrong: readonly {
  readonly what: string
  readonly change: (row: Row) => Parameters<typeof ask>[1]
  readonly reason: OcpiRefusal
  readonly where?: (row: Row) => boolean
}[] = [
  {
    what: 'no token',
    change: () => ({ headers: { authorization: undefined } }),
    reason: 'TokenWrong',
  },
  {
    what: 'a token of nobody',
    change: () => ({ token: 'token-of-nobody-at-all' }),
    reason: 'TokenWrong',
  },
  { what: 'the invitation', change: () => ({ token: invitation }), reason: 'TokenWrong' },
  {
    what: 'a token that is not in Base64',
    change: ({ who }) => ({ headers: { authorization: `Token ${shown[who]}` } }),
    reason: 'TokenWrong',
  },
  {
    what: 'another version',
    change: ({ path }) => ({ path: path.replace('2.2.1', '2.1.1') }),
    reason: 'PathUnknown',
  },
  {
    what: 'an unknown module',
    change: ({ path }) => ({ path: path.replace(/(sender|receiver)\/\w+/, '$1/hubclientinfo') }),
    reason: 'PathUnknown',
  },
  {
    what: 'the other role',
    change: ({ path }) => ({ path: path.replace(/sender|receiver/, 'other') }),
    reason: 'PathUnknown',
  },
  {
    what: 'a longer path',
    change: ({ path }) => ({ path: `${path}/a/b/c/d/e` }),
    reason: 'PathUnknown',
  },
  {
    what: 'a method that no interface has',
    change: () => ({ method: 'HEAD' }),
    reason: 'MethodWrong',
  },
  {
    what: 'no request id',
    change: () => ({ headers: { 'x-request-id': undefined } }),
    reason: 'HeaderInvalid',
  },
  {
    what: 'no correlation id',
    change: () => ({ headers: { 'x-correlation-id': undefined } }),
    reason: 'HeaderInvalid',
  },
  {
    what: 'another receiver',
    change: () => ({ headers: { 'ocpi-to-party-id': 'XXX' } }),
    reason: 'HeaderInvalid',
  },
  ...[
    'offset=-1',
    'offset=x',
    'limit=0',
    'limit=1.5',
    'date_from=yesterday',
    'date_to=2026-13-01T00:00:00Z',
  ].map((query) => ({
    what: `the page ${query}`,
    change: ({ path }: Row) => ({ path: `${path}?${query}` }),
    reason: 'PageInvalid' as const,
    where: ({ isPaged }: Row) => isPaged === true,
  })),
  {
    what: 'a body that is no JSON',
    change: () => ({ body: '{' }),
    reason: 'NotJson',
    where: ({ body }: Row) => body !== undefined,
  },
  {
    what: 'a body of another shape',
    change: () => ({ body: '[]' }),
    reason: 'ObjectInvalid',
    where: ({ body }: Row) => body !== undefined,
  },
]

test.each(wrong)('every module at either side answers $what as the standard says', async (row) => {
  const rows = served.filter(row.where ?? (() => true))
  expect(rows.length).toBeGreaterThan(3)
  for (const each of rows) {
    const { http, status } = ocpiRefusalRow(row.reason)
    const reply = await ask(each, row.change(each))
    const { status_code, status_message, data } = reply.body as Envelope
    expect([each.name, reply.status, status_code, data]).toEqual([
      each.name,
      http,
      status,
      undefined,
    ])
    expect(status_message).toContain(row.reason)
  }
})

test('what is as the standard has it reaches its handler, and the answer names the request', async () => {
  for (const each of served.filter(
    ({ body }) => body === undefined || body === 'Any' || body === 'Part',
  )) {
    const reply = await ask(each, {})
    expect(reply).toMatchObject({
      status: 200,
      headers: { 'x-request-id': 'request-1', 'x-correlation-id': 'correlation-1' },
      body: { status_code: 1_000, data: { reached: each.name } },
    })
  }
})

test('a list says how many there are, and leads from page to page to its end', async () => {
  const [list] = served.filter(({ name }) => name === 'cdrs.list')
  if (list === undefined) throw new Error('no list')
  let path: string | undefined = `${list.path}?limit=100&date_from=2026-01-01T00:00:00Z`
  const offsets: (string | null)[] = []
  for (let pages = 0; path !== undefined && pages < 5; pages += 1) {
    const { headers } = await ask(list, { path })
    expect(headers).toMatchObject({ 'x-total-count': '250', 'x-limit': String(pageLimitMax) })
    const next = nextPage(headers)
    offsets.push(next === undefined ? null : new URL(next).searchParams.get('offset'))
    if (next !== undefined) expect(next).toContain('date_from=2026-01-01T00%3A00%3A00Z')
    path = next?.slice('https://cpo.test/ocpi/'.length)
  }
  expect(offsets).toEqual(['100', '200', null])
})

test('a list that names a mark is read on from there, and from nowhere else', () => {
  const page = askedPage({ limit: '2', after: '7' })
  if (!page.ok) throw new Error(page.reason)
  expect(page.value).toEqual({ offset: 0, limit: 2, after: 7 })
  const linkAfter = (mark: number | null) =>
    nextPage(
      pageHeaders('https://cpo.test/cdrs', { after: '7', date_to: 'x' }, page.value, 9, mark),
    )
  expect(linkAfter(12)).toBe('https://cpo.test/cdrs?after=12&limit=2&date_to=x')
  expect(linkAfter(null)).toBeUndefined()
  expect(askedPage({ after: '-1' })).toMatchObject({ reason: 'PageInvalid', detail: 'after' })
})

test('versions are read by GET alone, and every reason has a code of the standard', async () => {
  const { side, who } = served[0] ?? { side: operator, who: 'operator' as const }
  const token = shown[who]
  for (const path of ['versions', '2.2.1'])
    expect(await side.ask('POST', path, { token })).toMatchObject({ status: 405 })
  expect(await side.ask('PATCH', '2.2.1/credentials', { token })).toMatchObject({ status: 405 })
  expect(await side.ask('GET', '2.2.1/credentials/x', { token })).toMatchObject({ status: 404 })
  const codes = [2_000, 2_001, 2_002, 2_003, 2_004, 3_000, 3_001, 3_002, 3_003]
  const used = new Set(Object.values(ocpiRefusals).map(({ status }) => status))
  expect([...used].sort((a, b) => a - b)).toEqual(codes)
})
