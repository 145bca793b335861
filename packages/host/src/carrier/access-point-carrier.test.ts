import { sealedLike, topicOf } from '@interlock/bus/carrier.fixture'
import { accessPointLimits } from '@interlock/contract'
import { expect, test } from 'vitest'
import type { HttpClient } from '../http-client.ts'
import { accessPointCarrier } from './access-point-carrier.ts'

type Sent = { readonly topic: string; readonly id: string }
type Answer = Awaited<ReturnType<HttpClient['request']>>

/** An access point that answers when it is told to. */
function openAccessPoint() {
  const requests: { ids: string[]; answer: (results?: object[]) => void }[] = []
  const http: Pick<HttpClient, 'request'> = {
    request: (_method, _url, body) =>
      new Promise<Answer>((resolve) => {
        const { messages } = body as { messages: readonly Sent[] }
        const kept = messages.map((_, i) => ({ position: i + 1 }))
        const answer = (results: object[] = kept): void =>
          resolve({ status: 200, body: { results } })
        requests.push({ ids: messages.map(({ id }) => id), answer })
      }),
  }
  const carrier = accessPointCarrier(http as HttpClient, 'https://access-point')
  const publish = (topic: string, id: string) =>
    carrier.publish(topicOf(topic), sealedLike('m'), id).catch((fault: unknown) => fault)
  return { requests, publish }
}

test('topics take turns, and each keeps its order', async () => {
  const { requests, publish } = openAccessPoint()
  const all = ['a1', 'a2', 'a3', 'b1', 'c1', 'c2'].map((id) => publish(id.slice(0, 1), id))
  await expect.poll(() => requests.length).toBe(1)
  expect(requests[0]?.ids).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3'])
  requests[0]?.answer()
  expect(await Promise.all(all)).toEqual([1, 4, 6, 2, 3, 5])
})

test('a topic of which much waits does not keep the others out', async () => {
  const { requests, publish } = openAccessPoint()
  const { batchMessagesMax } = accessPointLimits
  for (let i = 0; i < 2 * batchMessagesMax; i++) void publish('much', `${i}`)
  void publish('little', 'only')
  await expect.poll(() => requests.length).toBe(1)
  expect(requests[0]?.ids).toHaveLength(batchMessagesMax)
  expect(requests[0]?.ids).toContain('only')
})

test('what waits behind one that failed fails with it; another topic goes on', async () => {
  const { requests, publish } = openAccessPoint()
  const first = publish('a', 'a1')
  await expect.poll(() => requests.length).toBe(1)
  const behind = publish('a', 'a2')
  const other = publish('b', 'b1')
  requests[0]?.answer([{ reason: 'CarrierFull' }])
  expect(await first).toMatchObject({ code: 'CarrierFull' })
  expect(await behind).toMatchObject({ code: 'CarrierFull' })
  await expect.poll(() => requests.length).toBe(2)
  expect(requests[1]?.ids).toEqual(['b1'])
  requests[1]?.answer()
  expect(await other).toBe(1)
})
