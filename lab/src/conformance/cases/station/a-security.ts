import { stationCase, type StationScene } from '../../station/case.ts'
import { comesBack } from '../../station/offline.ts'
import { restarts } from '../../station/restart.ts'
import { named, sets } from '../../station/variables.ts'

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`

/** What the upgrade request said of who asks. */
const proof = ({ station, csms, steps }: StationScene, password: string): void => {
  const expected = {
    path: `/ocpp/${station.stationId}`,
    authorization: basic(station.stationId, password),
  }
  steps.expect('it proves itself by name and password', expected, csms.upgrades.at(-1))
}

const password = named('SecurityCtrlr', 'BasicAuthPassword')

export const security = [
  stationCase(
    'TC_A_01_CS',
    async (scene) => {
      const { csms, station, steps, passes } = scene
      await steps.eventually('it asks to connect', 1, () => Promise.resolve(csms.upgrades.length))
      proof(scene, station.password)
      // Turned away, it comes again, and with the same proof.
      csms.admits(undefined)
      await passes(60)
      await csms.boots()
      proof(scene, station.password)
    },
    { before: (csms) => csms.admits(401) },
  ),

  stationCase('TC_A_09_CS', async (scene) => {
    const { csms } = scene
    const attributeValue = 'another-password-of-the-csms'
    await csms.boots()
    await sets(scene, [{ ...password, attributeValue }], 'Accepted')
    csms.drops()
    await comesBack(scene)
    proof(scene, attributeValue)
  }),

  stationCase('TC_A_10_CS', async (scene) => {
    const { csms, station } = scene
    await csms.boots()
    // One character less than the least (A00.FR.205).
    await sets(scene, [{ ...password, attributeValue: 'fifteen-letters' }], 'Rejected')
    csms.drops()
    await comesBack(scene)
    proof(scene, station.password)
    await restarts(scene)
    proof(scene, station.password)
  }),
]
