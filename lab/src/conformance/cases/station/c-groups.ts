import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import {
  asks,
  charges,
  connects,
  connectsAndCharges,
  departs,
  rests,
  type Charge,
} from '../../station/charge.ts'
import {
  entry,
  isCached,
  judges,
  lists,
  nobodyCharges,
  ofGroup,
  ownWord,
} from '../../station/tokens.ts'

const ownWordOnly = { variables: ownWord }

/** The second of the group ended it, and the vehicle leaves. */
async function isEnded(scene: StationScene, charge: Charge): Promise<void> {
  await rests(charge, { idToken: scene.tokens.sameGroup })
  await departs(scene, charge)
}

/** The first of the group charges, by what the station itself knows. */
async function chargesUnasked(scene: StationScene): Promise<Charge> {
  const { csms, station, tokens } = scene
  judges(scene, ofGroup(tokens.group))
  const charge = await connects(scene)
  await station.presents(tokens.valid)
  await charges(charge, tokens.valid)
  csms.isNotSent('Authorize', 'the station knows the token')
  return charge
}

/** The second is asked for, and is not good now. */
async function isNotEnded(scene: StationScene): Promise<void> {
  const { group, sameGroup } = scene.tokens
  await asks(scene, sameGroup, ofGroup(group, 'Invalid'))
  await nobodyCharges(scene, 'an invalid token of the group does not end the transaction')
}

export const groups: readonly StationCase[] = [
  stationCase('TC_C_39_CS', async (scene) => {
    const { group, valid, sameGroup } = scene.tokens
    judges(scene, ofGroup(group))
    await scene.csms.boots()
    const charge = await connectsAndCharges(scene, valid, ofGroup(group))
    await asks(scene, sameGroup, ofGroup(group))
    await isEnded(scene, charge)
  }),

  stationCase(
    'TC_C_40_CS',
    async (scene) => {
      const { group, valid, sameGroup } = scene.tokens
      await scene.csms.boots()
      await lists(scene, [entry(valid, ofGroup(group)), entry(sameGroup, ofGroup(group))])
      const charge = await chargesUnasked(scene)
      await scene.station.presents(sameGroup)
      await isEnded(scene, charge)
      scene.csms.isNotSent('Authorize', 'the station knows the other token too')
    },
    ownWordOnly,
  ),

  stationCase(
    'TC_C_41_CS',
    async (scene) => {
      const { group, valid, sameGroup } = scene.tokens
      await scene.csms.boots()
      await isCached(scene, valid, ofGroup(group))
      await isCached(scene, sameGroup, ofGroup(group))
      const charge = await chargesUnasked(scene)
      await scene.station.presents(sameGroup)
      await isEnded(scene, charge)
      scene.csms.isNotSent('Authorize', 'the station knows the other token too')
    },
    ownWordOnly,
  ),

  stationCase('TC_C_42_CS', async (scene) => {
    const { group, valid, unknown } = scene.tokens
    judges(scene, ofGroup(group))
    await scene.csms.boots()
    await connectsAndCharges(scene, valid, ofGroup(group))
    await isNotEnded(scene)
    await asks(scene, unknown, ofGroup('ANOTHER-GROUP'))
    await nobodyCharges(scene, 'nor does a good one of another group')
  }),

  stationCase(
    'TC_C_43_CS',
    async (scene) => {
      const { group, valid, sameGroup } = scene.tokens
      await scene.csms.boots()
      const invalid = entry(sameGroup, ofGroup(group, 'Invalid'))
      await lists(scene, [entry(valid, ofGroup(group)), invalid])
      await chargesUnasked(scene)
      await isNotEnded(scene)
    },
    ownWordOnly,
  ),

  stationCase(
    'TC_C_44_CS',
    async (scene) => {
      const { group, valid, sameGroup } = scene.tokens
      await scene.csms.boots()
      await isCached(scene, valid, ofGroup(group))
      await isCached(scene, sameGroup, ofGroup(group, 'Invalid'))
      await chargesUnasked(scene)
      await isNotEnded(scene)
    },
    ownWordOnly,
  ),
]
