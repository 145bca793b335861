import { Fault, instant } from '@interlock/kernel'
import { expect, test, vi } from 'vitest'
import { createOutbox } from './outbox.ts'

test('a provider that does not answer is asked once a round, and keeps no other waiting', async () => {
  const kept = new Map<string, unknown>()
  const asked: string[] = []
  let isSilent = true
  const log = { warn: () => undefined, error: vi.fn() }
  let isAway = true
  let retry = (): void => undefined
  const answer = { data: {}, status_code: 1_000, timestamp: '2026-01-12T20:00:00Z' }
  const request = (_method: string, url: string) => {
    const { host, pathname } = new URL(url)
    asked.push(`${host} ${pathname.split('/').at(-1) ?? ''}`)
    return isSilent && host === 'silent.test'
      ? Promise.reject(new Fault('PeerUnavailable', 'no answer in time'))
      : Promise.resolve({ status: 200, body: answer })
  }
  const party = (name: string) => ({ name, owner: { country_code: 'NL', party_id: 'ILK' } })
  for (const each of ['s1', 's2', 's3'])
    kept.set(each, { party: 'silent', module: 'sessions', id: each, name: each, object: {} })
  kept.set('o1', { party: 'other', module: 'sessions', id: 'o1', name: 'o1', object: {} })
  const outbox = createOutbox({
    us: { country_code: 'GB', party_id: 'CPO' },
    peers: { parties: [party('silent'), party('other')], httpOf: () => ({ request }) },
    registration: {
      reach: (name: string) => ({
        ok: true,
        value: { url: `https://${name}.test/sessions`, token: 'x'.repeat(16) },
      }),
    },
    objects: {
      remove: ({ id }: { id: string }) => Promise.resolve(kept.delete(id)),
      list: (_: string, { offset }: { offset: number }) =>
        isAway
          ? Promise.reject(new Error('the database is away'))
          : Promise.resolve({ objects: [...kept.values()].slice(offset), total: kept.size }),
    },
    deps: {
      clock: {
        now: () => instant(1_768_248_000_000),
        after(_wait: number, _label: string, work: () => void) {
          retry = work
          return { cancel: () => undefined }
        },
      },
      entropy: { bytes: (count: number) => new Uint8Array(count) },
      log,
    },
    label: 'outbox',
  } as unknown as Parameters<typeof createOutbox>[0])

  const waiting = { timeout: 30_000, interval: 5 }
  await vi.waitFor(() => expect(log.error).toHaveBeenCalledOnce(), waiting)
  isAway = false
  retry()
  await vi.waitFor(() => expect([...kept.keys()]).toEqual(['s1', 's2', 's3']), waiting)
  expect(asked).toEqual(['silent.test s1', 'other.test o1'])
  isSilent = false
  asked.length = 0
  await vi.waitFor(() => {
    retry()
    expect([...kept.keys()]).toEqual([])
  }, waiting)
  expect(asked).toEqual(['silent.test s1', 'silent.test s2', 'silent.test s3'])
  await outbox.close()
})
