import { temporaryDir, silentLog, systemClock } from '@interlock/host'
import { seeded, unobserved } from '@interlock/kernel'
import { expect, onTestFinished, test } from 'vitest'
import { crypto } from '../fixture/parties.fixture.ts'
import { testClock } from '@interlock/kernel/clock.fixture'
import { startPlainCsms } from '../fixture/plain-csms.fixture.ts'
import { night } from '../fixture/scene.fixture.ts'
import { standardConfig } from '../fixture/standard.fixture.ts'
import { until } from '../fixture/until.fixture.ts'
import { startScripted } from './play.ts'
import { readScript } from './steps.ts'

const day = `
# A night at home.
{"at": 5, "do": "plugIn", "energyWattHours": 20000, "vehicleWattsMax": 7000}
{"at": 8, "do": "swipe", "idToken": "04A1B2C3"}
{"at": 100, "do": "network", "connected": false}
{"at": 200, "do": "unplug"}
{"at": 300, "do": "network", "connected": true}
{"at": 400, "do": "power", "on": false}
{"at": 401, "do": "plugIn", "energyWattHours": 20000, "vehicleWattsMax": 7000}
{"at": 500, "do": "power", "on": true}
`

test('a script plays cable, card, network and power at its times', async () => {
  const clock = testClock(night)
  const csms = await startPlainCsms(clock)
  const config = standardConfig({ port: csms.port, data: temporaryDir('interlock-script') })
  const deps = {
    clock,
    wall: systemClock,
    activity: unobserved,
    entropy: seeded('station'),
    crypto,
    log: silentLog,
  }
  const running = await startScripted(config, deps, readScript('day.jsonl', day))
  onTestFinished(async () => {
    await running.close()
    await csms.close()
  })
  const events = () =>
    csms.sent('TransactionEvent').map(({ eventType, offline }) => ({ eventType, offline }))
  await clock.advance(5_000)
  await until(() => csms.sent('StatusNotification').length === 2, 'the cable')
  await clock.advance(3_000)
  await until(() => csms.sent('Authorize').length === 1, 'the card')
  await until(() => events().some(({ eventType }) => eventType === 'Started'), 'the session')
  await clock.advance(92_000)
  await until(() => !csms.connected(), 'the cable is out')
  await clock.advance(100_000)
  expect(events().map(({ eventType }) => eventType)).not.toContain('Ended')
  await clock.advance(100_000)
  await until(
    () => events().some((each) => each.eventType === 'Ended' && each.offline === true),
    'what happened meanwhile',
  )
  await clock.advance(200_000)
  const sinceBoot = () =>
    csms.received.slice(csms.received.findLastIndex(({ action }) => action === 'BootNotification'))
  await until(() => csms.sent('BootNotification').length === 2, 'the second boot')
  const status = () => sinceBoot().find(({ action }) => action === 'StatusNotification')
  await until(() => status() !== undefined, 'the status after it')
  // Without power nobody could be plugged in.
  expect(status()?.payload['connectorStatus']).toBe('Available')
})

test.each([
  ['no JSON', 'plug in', 'day.jsonl:1: is not JSON'],
  ['another step', '{"at":0,"do":"explode"}', 'day.jsonl:1: is no step of a script'],
  ['a field too many', '{"at":0,"do":"leaveBay","fast":true}', 'day.jsonl:1: is no step'],
  ['a step back', '{"at":9,"do":"leaveBay"}\n{"at":8,"do":"leaveBay"}', 'day.jsonl:2: goes back'],
])('%s is refused by its line', (_, text, message) => {
  expect(() => readScript('day.jsonl', text)).toThrow(message)
})

test('a script moves no charger of production', async () => {
  const clock = testClock(night)
  const config = {
    ...standardConfig({ port: 1, data: temporaryDir('interlock-script') }),
    production: true,
  }
  const deps = {
    clock,
    wall: systemClock,
    activity: unobserved,
    entropy: seeded('station'),
    crypto,
    log: silentLog,
  }
  await expect(startScripted(config, deps, [])).rejects.toMatchObject({ code: 'LabOnly' })
})
