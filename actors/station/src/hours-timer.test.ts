import { loadIdentity, nodeCrypto as crypto } from '@interlock/host'
import { Fault, inMinutes, instant } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import { memoryJournal } from '@interlock/topics/topics.fixture'
import { expect, test } from 'vitest'
import { createChargingHours } from './charging-hours.ts'
import { folderOf, stationSubject } from './fixture/parties.fixture.ts'
import { createKeeper } from './keeper.ts'
import type { Station } from './station.ts'

const evening = instant(Date.UTC(2026, 0, 5, 17))

test('hours that a full disk keeps from being said are said once it has room again', async () => {
  const clock = testClock(evening)
  const disk = { full: false }
  const keeper = createKeeper(memoryJournal(), evening)
  const identity = loadIdentity(folderOf('chargingDevice', stationSubject.commonName))
  const hours = createChargingHours(() => station)
  const station = {
    deps: { clock, crypto },
    keeper,
    mode: 'supervised',
    config: { actor: 'station-1' },
    eui: stationSubject.eui,
    identity: () => identity,
    records: { note: () => {} },
    charging: {
      update(set: Parameters<Station['charging']['update']>[0]) {
        if (disk.full) throw new Fault('DiskFull', 'no space left')
        keeper.commit({ set: set ?? {} })
      },
    },
    caller: { online: () => false },
  } as unknown as Station
  const { charger } = keeper.memory
  station.charging.update({ charger: { ...charger, hours: { kind: 'removed' } } })
  const stated = (): boolean => keeper.memory.charger.ownHours?.stated !== undefined

  disk.full = true
  expect(() => hours.look()).toThrow('no space left')
  await expect(clock.advance(inMinutes(15))).rejects.toMatchObject({ code: 'DiskFull' })
  expect(stated()).toBe(false)
  disk.full = false
  await clock.advance(inMinutes(15))
  expect(stated()).toBe(true)
  await hours.close()
  expect(clock.armed('station-1/hours')).toBe(false)
})
