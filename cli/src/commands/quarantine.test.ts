import { expect, test } from 'vitest'
import { everyPage } from './quarantine.ts'

/** A data company with two requests on a page. */
const pages: Readonly<Record<string, unknown>> = {
  '': { requests: [{ reference: '3' }, { reference: '7' }], next: '7' },
  '?after=7': { requests: [{ reference: '8' }] },
}

test('what is held is listed page after page', async () => {
  const all = await everyPage(async (_method, path) => ({
    status: 200,
    headers: {},
    body: pages[path],
  }))
  expect(all).toMatchObject({
    ok: true,
    value: [{ reference: '3' }, { reference: '7' }, { reference: '8' }],
  })
})

test('a list of which a page is missing is none', async () => {
  const some = await everyPage(async (_method, path) =>
    path === ''
      ? { status: 200, headers: {}, body: pages[''] }
      : { status: 503, headers: {}, body: { reason: 'Unavailable' } },
  )
  expect(some).toMatchObject({ ok: false, reason: 'Unavailable' })
})
