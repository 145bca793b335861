import { silentLog } from '@interlock/host'
import { Fault, ok, refused, stationId, unobserved, type StationId } from '@interlock/kernel'
import { expect, test } from 'vitest'
import type { Context } from './context.ts'
import { relayProvider } from './provider-relay.ts'

type Answer = Awaited<ReturnType<Context['supervisor']['providerStatement']>>
type Given = Parameters<typeof relayProvider>[0]
const statement = { payload: 'AA', protected: 'AA', signature: 'AA' }
/** Until nothing more begins by itself. */
const settled = async (): Promise<void> => {
  for (let turns = 0; turns < 200; turns++) await Promise.resolve()
}

/** A CSMS of so many connected stations, and a supervisor that answers when the test says so. */
function street(count: number) {
  const stations = Array.from({ length: count }, (_, index) => stationId(`S${index + 1}`))
  const asked: StationId[] = []
  const answers: ((answer: Answer) => void)[] = []
  const failures: ((cause: Error) => void)[] = []
  const told: StationId[] = []
  const endpointOf = (station: StationId) => ({
    call: async () => {
      told.push(station)
      return { status: 'Accepted' }
    },
  })
  const context = {
    deps: { activity: unobserved, log: silentLog },
    hooks: { commanding: () => undefined },
    audit: { record: () => undefined },
    live: new Map(stations.map((station) => [station, endpointOf(station)])),
    supervisor: {
      providerStatement: (station: StationId) => {
        asked.push(station)
        return new Promise<Answer>((resolve, reject) => {
          answers.push(resolve)
          failures.push(reject)
        })
      },
    },
  } as unknown as Given
  return { relay: relayProvider(context), stations, asked, answers, failures, told }
}

test('hundreds that boot at one moment ask the supervisor a few at a time, and each is told', async () => {
  const { relay, stations, asked, answers, failures, told } = street(300)
  // Each boots twice: what waits already is not asked for again.
  for (const station of [...stations, ...stations]) relay(station)
  let answered = 0
  while (answered < stations.length + 8 && answered < answers.length) {
    await settled()
    expect(asked.length - answered).toBeLessThanOrEqual(8)
    const away = answered % 100 === 99
    if (away) failures[answered]?.(new Fault('PeerUnavailable', 'the supervisor is away'))
    else answers[answered]?.(ok(statement))
    answered += 1
    await settled()
  }
  // The eight that were asked about at once when they booted again are asked about again.
  expect(asked.length).toBe(308)
  expect(new Set(asked).size).toBe(300)
  expect(told.length).toBe(308 - 3)
})

test('who was never bound to another provider is told nothing, and a later boot asks again', async () => {
  const { relay, stations, asked, answers, told } = street(1)
  const [station = stationId('S1')] = stations
  for (let boots = 0; boots < 2; boots++) {
    relay(station)
    await settled()
    answers[boots]?.(refused('NotFound'))
    await settled()
  }
  expect(asked).toEqual([station, station])
  expect(told).toEqual([])
})
