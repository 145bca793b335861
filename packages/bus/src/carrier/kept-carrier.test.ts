import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { position } from './carrier.ts'
import { sealedLike, topicOf } from './carrier.fixture.ts'
import { keptCarrier, runMax, type KeptLog } from './kept-carrier.ts'

/** A log of so many messages, every thousandth of the topic `ours`, that tells what is fetched. */
function logOf(count: number, fetched: number[]): KeptLog {
  return {
    first: 1,
    count,
    positionOf: () => undefined,
    append: () => [],
    topicAt: (at) => (at > count ? undefined : topicOf(at % 1_000 === 0 ? 'ours' : 'theirs')),
    messageAt(at) {
      fetched.push(at)
      return sealedLike(`m${at}`)
    },
    forget: () => {},
    close: () => {},
  }
}

test('what a reader is not given is not fetched for it, and others have their turn meanwhile', async () => {
  const fetched: number[] = []
  let turns = 0
  const carrier = keptCarrier({
    clock: { now: () => instant(0) },
    keptMax: 10_000,
    openLog: () => logOf(3_000, fetched),
    breathe: () => Promise.resolve(void turns++),
  })
  const stop = new AbortController()
  const mayRead = ({ id }: { id: string }): boolean => id === 'ours'
  const taken: number[] = []
  for await (const each of carrier.read({ kind: 'load' }, position(0), stop.signal, mayRead)) {
    taken.push(each.position)
    if (taken.length === 3) break
  }
  expect(taken).toEqual([1_000, 2_000, 3_000])
  expect(fetched).toEqual(taken)
  expect(turns).toBe(Math.floor(2_999 / runMax))
  await carrier.close()
})
