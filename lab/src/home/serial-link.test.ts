import { hasTerminals, openCable } from '@interlock/host/terminal.fixture'
import { assert } from '@interlock/kernel'
import { expect, test, vi } from 'vitest'
import { armFor, home } from './home.fixture.ts'
import { csms } from './parties.ts'

const patienceMillis = 40_000
const idToken = { idToken: 'owner', type: 'Central' }

test.skipIf(!hasTerminals)(
  'over a serial cable an arm is heard once: said again by whoever holds the cable it counts for nothing, and a cut heals',
  async () => {
    const { cable, first, second } = await openCable()
    const { world, station, llcs, command, deliver, enrolOwner } = await home({
      serial: { llcs: first.device, station: second.device },
    })
    const linked = () => station.connected().llcs && llcs.connected().station
    const inTime = (holds: () => boolean) => vi.waitUntil(holds, patienceMillis)
    await inTime(linked)
    await enrolOwner()
    station.hardware.plugIn({ energyWattHours: 40_000, vehicleWattsMax: 7_000 })

    const heard: Buffer[] = []
    cable.there = (chunk) => {
      heard.push(chunk)
      return chunk
    }
    const arm = armFor(world.now(), 'ECS47a', 1)
    await deliver(arm.bytes)
    const payload = { evseId: 1, remoteStartId: 1, idToken }
    const answer = await command('RequestStartTransaction', payload, csms, arm.digest)
    expect(answer).toMatchObject({ status: 'Accepted' })
    await world.quiet()
    const armed = () => station.decisions().filter((each) => each.action === 'Arm')
    expect(armed()).toHaveLength(1)

    // All that the LLCS has said, said again: the stream ends for it, and the two link anew.
    const again = Buffer.concat(heard)
    assert(again.length > 0, 'the arm went over the cable')
    second.write(again)
    await inTime(() => !linked())
    await inTime(linked)
    await world.quiet()
    expect(armed()).toHaveLength(1)
    expect(station.observe()).toMatchObject({ powerWatts: 7_000, why: 'OverrideCharge' })

    // An arm is lost on the way: what follows it shows that, and the charger is told all that is held.
    let lostBytes = 0
    cable.there = ({ length }) => {
      lostBytes += length
      return new Uint8Array()
    }
    void deliver(armFor(world.now(), 'ECS47a', 2).bytes)
    await inTime(() => lostBytes > 0)
    cable.there = (chunk) => chunk
    const last = armFor(world.now(), 'ECS47a', 3)
    void deliver(last.bytes)
    await inTime(() => armed().some(({ reference }) => reference === last.digest))
    expect(station.connected().csms).toBe(true)
  },
)
