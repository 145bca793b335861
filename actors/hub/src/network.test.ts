import { instant, seeded, type Clock, type Millis } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { simulatedNetwork, type NetworkModel } from './network.ts'

const now = instant(Date.parse('2026-01-05T18:00:00Z'))
const outage = [{ from: '2026-01-05T17:00:00Z', until: '2026-01-05T19:00:00Z' }]
const path = (p50Millis: number, outages: typeof outage = []) => ({
  p50Millis,
  p99Millis: p50Millis,
  lossPercent: 0,
  tries: 1,
  retryMillis: 0,
  outages,
})

/** What became of one message to the data company, and how long it was under way. */
async function sent(wan: NetworkModel['wan']) {
  const waited: Millis[] = []
  const wall: Clock = {
    now: () => now,
    after(delay, _label, work) {
      waited.push(delay)
      void work()
      return { cancel: () => {} }
    },
  }
  const network = simulatedNetwork(
    { wan, han: path(0) },
    { clock: wall, wall, entropy: seeded('network') },
  )
  return { arrives: await network.wan(), afterMillis: waited }
}

test('while the wide area is out a message goes by the other path, with that path’s time', async () => {
  const [wideArea, broadband] = [path(1_000), path(20)]
  expect(await sent([wideArea, broadband])).toEqual({ arrives: true, afterMillis: [1_000] })
  expect(await sent([path(1_000, outage), broadband])).toEqual({
    arrives: true,
    afterMillis: [20],
  })
})

test('where every path is out nothing arrives, and without another path neither', async () => {
  const out = { arrives: false, afterMillis: [0] }
  expect(await sent([path(1_000, outage), path(20, outage)])).toEqual(out)
  expect(await sent([path(1_000, outage)])).toEqual(out)
})
