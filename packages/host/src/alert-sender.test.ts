import { expect, test } from 'vitest'
import { alertSender } from './alert-sender.ts'
import type { HanConnection } from './han-client.ts'

test('alerts go in their order, and one that came while another was sent is not dropped in its place', async () => {
  const waiting = [1, 2]
  const sent: number[] = []
  const han = {
    async alert(bytes: Uint8Array) {
      sent.push(...bytes)
      // The queue is full: what is being sent makes room for a third.
      if (sent.length === 1) waiting.splice(0, 2, 2, 3)
      return 'taken'
    },
  } as HanConnection
  const first = () => Uint8Array.from(waiting.slice(0, 1))
  const sender = alertSender({
    han: () => han,
    first: () => (waiting.length === 0 ? undefined : first()),
    drop: () => void waiting.shift(),
    onRefused: () => {},
  })
  await sender.send()
  expect(sent).toEqual([1, 2, 3])
  expect(waiting).toEqual([])
})

test('what is not taken stays, and is sent first the next time', async () => {
  const waiting = [1, 2]
  const asked: number[] = []
  let isUp = false
  const sender = alertSender({
    han: () =>
      ({
        alert: async (bytes: Uint8Array) => (asked.push(...bytes), isUp ? 'taken' : 'later'),
      }) as HanConnection,
    first: () => (waiting[0] === undefined ? undefined : Uint8Array.of(waiting[0])),
    drop: () => void waiting.shift(),
    onRefused: () => {},
  })
  await sender.send()
  expect(waiting).toEqual([1, 2])
  isUp = true
  await sender.send()
  await sender.settled()
  expect([asked, waiting]).toEqual([[1, 1, 2], []])
})

test('what is refused for good is dropped and told, and holds back nothing behind it', async () => {
  const waiting = [1, 2]
  const [refused, taken]: [number[], number[]] = [[], []]
  const han = {
    async alert(bytes: Uint8Array) {
      if (bytes[0] === 1) return 'refused'
      taken.push(...bytes)
      return 'taken'
    },
  } as HanConnection
  const sender = alertSender({
    han: () => han,
    first: () => (waiting[0] === undefined ? undefined : Uint8Array.of(waiting[0])),
    drop: () => void waiting.shift(),
    onRefused: (bytes) => void refused.push(...bytes),
  })
  await sender.send()
  expect([refused, taken, waiting]).toEqual([[1], [2], []])
})
