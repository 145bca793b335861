import { afterAll, beforeAll, expect, test } from 'vitest'
import { inService, openWorld, signed, submit, type Unit, type World } from './world.fixture.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => {
  await world.close()
})

const sentTo = (unit: Unit, host: string) => {
  const connectionData = {
    ocppVersion: 'OCPP20',
    ocppTransport: 'JSON',
    ocppCsmsUrl: `wss://${host}/ocpp`,
    messageTimeout: 30,
    securityProfile: 3,
    ocppInterface: 'Wired0',
  }
  const payload = { configurationSlot: 1, connectionData }
  const target = { station: unit.eui, evse: 0 }
  return submit(world, unit, signed(world, unit, 'SetNetworkProfile', payload, { target }))
}

test.each(['supervised', 'standard'])(
  'a %s station is sent to its own CSMS, and nowhere else',
  async (trustMode) => {
    const unit = await inService(world, { trustMode })
    // The hosts that the certificates of this world name.
    for (const host of ['127.0.0.1:9000', 'localhost'])
      expect((await sentTo(unit, host)).status).toBe(200)
    expect(await sentTo(unit, 'attacker.example')).toMatchObject({
      status: 403,
      body: {
        reason: 'PlausibilityFailed',
        detail: expect.stringContaining('attacker.example'),
      },
    })
  },
)
