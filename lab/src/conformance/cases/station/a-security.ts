import { stationCase, type StationScene } from '../../station/case.ts'

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
    const password = 'another-password-of-the-csms'
    await csms.boots()
    await csms.sends(
      'SetVariables',
      {
        setVariableData: [
          {
            component: { name: 'SecurityCtrlr' },
            variable: { name: 'BasicAuthPassword' },
            attributeValue: password,
          },
        ],
      },
      { setVariableResult: [{ attributeStatus: 'Accepted' }] },
    )
    const attempts = csms.upgrades.length
    csms.drops()
    await scene.passes(5)
    await scene.steps.eventually('it connects anew', true, () =>
      Promise.resolve(csms.upgrades.length > attempts),
    )
    proof(scene, password)
  }),
]
