import type { ActorDeps, HttpClient } from '@interlock/host'
import { instant, ok, refused, stationId } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import { describe, expect, test } from 'vitest'
import { driverRegister, freshNumbersPerMinuteMax, type DriverRegister } from './driver-register.ts'
import { bringFreshNumber, bringTokenKey } from './for-readers.ts'

const station = stationId('CS-1')
const now = instant(Date.parse('2026-01-12T20:00:00Z'))
const uid = '04A1B2C3D4E5F6'

describe('the register over HTTPS', () => {
  const asked: unknown[][] = []
  const answering = (status: number, body?: unknown) => {
    const request = (...what: unknown[]) => {
      asked.push(what)
      return Promise.resolve({ status, body })
    }
    const places = new Map([[station, { latitude: '52.376400', longitude: '-0.898800' }]])
    return driverRegister({ request } as unknown as HttpClient, 'https://cir.test', places)
  }
  const sighting = { uid, station, at: now }

  test('is understood, or is away', async () => {
    expect(await answering(200, { ok: true, strength: 'HEARSAY' }).see(sighting)).toEqual(
      ok('HEARSAY'),
    )
    expect(await answering(200, { ok: false, reason: 'TokenLost' }).see(sighting)).toEqual(
      refused('TokenLost'),
    )
    const away = { code: 'PeerUnavailable' }
    await expect(answering(200, { ok: false, reason: 'Else' }).see(sighting)).rejects.toMatchObject(
      away,
    )
    await expect(answering(429).see(sighting)).rejects.toMatchObject(away)
    await expect(answering(500).end(uid, station)).rejects.toMatchObject(away)
    await answering(204).end(uid, station)
    expect(await answering(404).statement(uid)).toBeUndefined()
    await expect(answering(200, {}).statement(uid)).rejects.toMatchObject(away)
  })

  test('is told where the station is, so that it finds tokens that travel too fast', async () => {
    asked.length = 0
    const hearsay = answering(200, { ok: true, strength: 'HEARSAY' })
    await hearsay.see(sighting)
    await hearsay.see({ ...sighting, station: 'ELSEWHERE' })
    expect(asked[0]?.[2]).toMatchObject({ place: { latitude: 52.3764, longitude: -0.8988 } })
    expect(asked[1]?.[2]).not.toHaveProperty('place')
  })

  test('a charger gets its word as it came, or a reason', async () => {
    const bring = async (status: number, data: object) => {
      const answer = await bringTokenKey({ drivers: answering(status) }, data)
      return answer.statusInfo?.reasonCode ?? answer.status
    }
    expect(await bring(404, { uid })).toBe('TokenUnknown')
    expect(await bring(500, { uid })).toBe('Unavailable')
    expect(await bring(404, { uid: '../x' })).toBe('BodyInvalid')
    expect((await bringTokenKey({ drivers: undefined }, { uid })).status).toBe('UnknownMessageId')
  })

  test('a charger gets fresh numbers of its own, and no more than cards are held to it', async () => {
    const bring = (drivers: DriverRegister | undefined) =>
      bringFreshNumber(
        { drivers, deps: { clock: testClock(now) } as unknown as ActorDeps },
        station,
      )
    const number = 'N'.repeat(36)
    expect(await bring(undefined)).toEqual({ status: 'UnknownMessageId' })
    const drivers = answering(200, { number })
    asked.length = 0
    expect(await bring(drivers)).toEqual({ status: 'Accepted', data: { number } })
    expect(asked[0]?.[2]).toEqual({ station })
    // One that knows no such door, and one that is away.
    for (const broken of [answering(404), answering(200, { number: 'x' })])
      expect(await bring(broken)).toMatchObject({ statusInfo: { reasonCode: 'Unavailable' } })
    asked.length = 0
    for (let count = 2; count <= freshNumbersPerMinuteMax; count++) await bring(drivers)
    const flooding = await bring(drivers)
    expect(flooding).toMatchObject({
      status: 'Rejected',
      statusInfo: { reasonCode: 'RateExceeded' },
    })
    expect(asked).toHaveLength(freshNumbersPerMinuteMax - 1)
    expect((await drivers.freshNumber('CS-2', now)).ok).toBe(true)
    expect((await drivers.freshNumber(station, instant(now + 60_000))).ok).toBe(true)
  })
})
