import type { Request } from '@interlock/ocpp'
import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import { asks } from '../../station/charge.ts'
import { entry, lists, ownWord } from '../../station/tokens.ts'
import { named, reads, sets } from '../../station/variables.ts'

const version = 5
const byList = { variables: ownWord }

const versionIs = ({ csms }: StationScene, versionNumber: number): Promise<unknown> =>
  csms.sends('GetLocalListVersion', {}, { versionNumber })

/** How many the station has in its list. */
const entriesAre = (scene: StationScene, count: number): Promise<unknown> =>
  reads(scene, [named('LocalAuthListCtrlr', 'Entries')], [{ attributeValue: `${count}` }])

/** The station begins with one token in its list. */
async function hasOne(scene: StationScene): Promise<void> {
  await scene.csms.boots()
  await lists(scene, [entry(scene.tokens.valid)], version)
  await versionIs(scene, version)
  await entriesAre(scene, 1)
}

const updates = (
  { csms }: StationScene,
  versionNumber: number,
  localAuthorizationList: Request<'SendLocalList'>['localAuthorizationList'],
  status = 'Accepted',
): Promise<unknown> =>
  csms.sends(
    'SendLocalList',
    {
      updateType: 'Differential',
      versionNumber,
      ...(localAuthorizationList === undefined ? {} : { localAuthorizationList }),
    },
    { status },
  )

export const localLists: readonly StationCase[] = [
  stationCase('TC_D_01_CS', async (scene) => {
    await hasOne(scene)
    // The whole list is another now.
    const { sameGroup, unknown } = scene.tokens
    await lists(scene, [entry(sameGroup), entry(unknown, { status: 'Invalid' })], version + 1)
    await versionIs(scene, version + 1)
    await entriesAre(scene, 2)
  }),

  stationCase('TC_D_02_CS', async (scene) => {
    await hasOne(scene)
    await updates(scene, version + 1, [entry(scene.tokens.sameGroup)])
    await versionIs(scene, version + 1)
    await entriesAre(scene, 2)
  }),

  stationCase(
    'TC_D_03_CS',
    async (scene) => {
      const { valid } = scene.tokens
      await hasOne(scene)
      await updates(scene, version + 1, [{ idToken: valid }])
      await versionIs(scene, version + 1)
      await entriesAre(scene, 0)
      await asks(scene, valid)
    },
    byList,
  ),

  stationCase(
    'TC_D_04_CS',
    async (scene) => {
      await hasOne(scene)
      await lists(scene, [], version + 1)
      await versionIs(scene, version + 1)
      await entriesAre(scene, 0)
      await asks(scene, scene.tokens.valid)
    },
    byList,
  ),

  stationCase('TC_D_05_CS', async (scene) => {
    await hasOne(scene)
    await updates(scene, version + 1, undefined)
    await versionIs(scene, version + 1)
    await entriesAre(scene, 1)
  }),

  stationCase('TC_D_06_CS', async (scene) => {
    await hasOne(scene)
    const more = [entry(scene.tokens.sameGroup)] as const
    await updates(scene, version - 1, [...more], 'VersionMismatch')
    await versionIs(scene, version)
    await entriesAre(scene, 1)
  }),

  stationCase('TC_D_07_CS', async (scene) => {
    await hasOne(scene)
    await scene.station.losesPower()
    await scene.csms.boots()
    await versionIs(scene, version)
    await entriesAre(scene, 1)
  }),

  stationCase('TC_D_08_CS', hasOne),

  stationCase('TC_D_10_CS', async (scene) => {
    await hasOne(scene)
    const enabled = named('LocalAuthListCtrlr', 'Enabled')
    await sets(scene, [{ ...enabled, attributeValue: 'false' }], 'Accepted')
    await versionIs(scene, 0)
  }),
]
