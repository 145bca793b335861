import { oneOf } from '../../match.ts'
import type { Token } from '../../csms/subject.ts'
import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import {
  asks,
  charges,
  connects,
  connectsAndCharges,
  createCharge,
  departs,
  rests,
  type Charge,
} from '../../station/charge.ts'
import { reports } from '../../station/states.ts'
import { isCached, judges, nobodyCharges, ownWord, type Judgement } from '../../station/tokens.ts'
import { named, sets } from '../../station/variables.ts'

const cache = { variables: ownWord }
const lifeSeconds = 600
const asksNobody = ({ csms }: StationScene): void =>
  csms.isNotSent('Authorize', 'the station knows the token')

/** A token of which the station has heard nothing good is asked for again (C10.FR.03, C12.FR.05). */
async function isAskedAgain(scene: StationScene, token: Token, status: Judgement): Promise<Charge> {
  await scene.csms.boots()
  await isCached(scene, token, { status })
  return connects(scene)
}

/** A token that the station knows charges at once. */
async function chargesByCache(scene: StationScene): Promise<Charge> {
  const { station, tokens } = scene
  const charge = await connects(scene)
  await station.presents(tokens.valid)
  await charges(charge, tokens.valid)
  asksNobody(scene)
  return charge
}

async function staysOut(scene: StationScene, token: Token, status: Judgement): Promise<void> {
  await isAskedAgain(scene, token, status)
  await asks(scene, token, { status })
  await nobodyCharges(scene, `a token that is ${status} does not charge`)
}

/** It is over, and the vehicle is gone. */
async function stops(scene: StationScene, charge: Charge): Promise<void> {
  await scene.station.presents(scene.tokens.valid)
  await rests(charge)
  await departs(scene, charge)
}

export const cachedTokens: readonly StationCase[] = [
  stationCase(
    'TC_C_08_CS',
    async (scene) => {
      await scene.csms.boots()
      await isCached(scene, scene.tokens.valid)
      await chargesByCache(scene)
    },
    cache,
  ),

  stationCase('TC_C_09_CS', (scene) => staysOut(scene, scene.tokens.unknown, 'Invalid'), cache),
  stationCase('TC_C_10_CS', (scene) => staysOut(scene, scene.tokens.blocked, 'Blocked'), cache),
  stationCase('TC_C_11_CS', (scene) => staysOut(scene, scene.tokens.expired, 'Expired'), cache),

  stationCase(
    'TC_C_12_CS',
    async (scene) => {
      const { valid } = scene.tokens
      const charge = await isAskedAgain(scene, valid, 'Invalid')
      await asks(scene, valid)
      await charges(charge, valid)
    },
    cache,
  ),

  stationCase(
    'TC_C_13_CS',
    async (scene) => {
      const { csms, station, tokens } = scene
      await csms.boots()
      // Here the transaction would begin with the authorisation.
      await asks(scene, tokens.valid)
      const first = createCharge(scene)
      await first.starts('Authorized', { idToken: tokens.valid })
      await scene.passes(60)
      await first.ends('EVConnectTimeout', { info: { stoppedReason: 'Timeout' } })
      const charge = createCharge(scene)
      await station.presents(tokens.valid)
      await charge.starts('Authorized', { idToken: tokens.valid })
      asksNobody(scene)
      await station.plugsIn()
      await reports(scene, 'Occupied')
      const chargingState = oneOf('EVConnected', 'SuspendedEVSE')
      await charge.goesOn('CablePluggedIn', { info: { chargingState } })
      await charge.goesOn('ChargingStateChanged', { info: { chargingState: 'Charging' } })
    },
    {
      variables: {
        ...ownWord,
        'TxCtrlr.TxStartPoint': 'Authorized',
        'TxCtrlr.TxStopPoint': 'Authorized',
      },
    },
  ),

  stationCase(
    'TC_C_32_CS',
    async (scene) => {
      const { csms, station, tokens } = scene
      await csms.boots()
      await isCached(scene, tokens.valid)
      await station.losesPower()
      await csms.boots()
      await station.presents(tokens.valid)
      const charge = createCharge(scene)
      await station.plugsIn()
      await reports(scene, 'Occupied')
      await charge.starts('CablePluggedIn', { idToken: tokens.valid })
      await charge.goesOn('ChargingStateChanged', { info: { chargingState: 'Charging' } })
      asksNobody(scene)
    },
    cache,
  ),

  stationCase(
    'TC_C_33_CS',
    async (scene) => {
      await scene.csms.boots()
      await stops(scene, await connectsAndCharges(scene))
      await chargesByCache(scene)
    },
    cache,
  ),

  stationCase(
    'TC_C_34_CS',
    async (scene) => {
      const { csms, station, tokens } = scene
      await csms.boots()
      await isCached(scene, tokens.valid)
      judges(scene, { status: 'Invalid' })
      const charge = await connects(scene)
      await station.presents(tokens.valid)
      await charge.goesOn('Authorized', { idToken: tokens.valid })
      asksNobody(scene)
      await station.unplugs()
      await reports(scene, 'Available')
      await connects(scene)
      await asks(scene, tokens.valid, { status: 'Invalid' })
    },
    cache,
  ),

  stationCase(
    'TC_C_36_CS',
    async (scene) => {
      await scene.csms.boots()
      await isCached(scene, scene.tokens.valid)
      await asks(scene, scene.tokens.valid, { status: 'Invalid' })
      await nobodyCharges(scene, 'what was heard before does not count')
    },
    { variables: { ...ownWord, 'AuthCtrlr.LocalPreAuthorize': 'false' } },
  ),

  stationCase(
    'TC_C_37_CS',
    async (scene) => {
      const { valid } = scene.tokens
      await scene.csms.boots()
      await isCached(scene, valid)
      await scene.csms.sends('ClearCache', {}, { status: 'Accepted' })
      const charge = await connects(scene)
      await asks(scene, valid)
      await charges(charge, valid)
    },
    cache,
  ),

  stationCase(
    'TC_C_38_CS',
    async (scene) => {
      await scene.csms.boots()
      await isCached(scene, scene.tokens.valid)
      const enabled = named('AuthCacheCtrlr', 'Enabled')
      await sets(scene, [{ ...enabled, attributeValue: 'false' }], 'Accepted')
      await scene.csms.sends('ClearCache', {}, { status: 'Rejected' })
    },
    cache,
  ),

  stationCase(
    'TC_C_46_CS',
    async (scene) => {
      const { valid } = scene.tokens
      await scene.csms.boots()
      await isCached(scene, valid)
      await stops(scene, await chargesByCache(scene))
      await scene.passes(lifeSeconds + 1)
      const charge = await connects(scene)
      await asks(scene, valid)
      await charges(charge, valid)
    },
    { variables: { ...ownWord, 'AuthCacheCtrlr.LifeTime': `${lifeSeconds}` } },
  ),

  stationCase(
    'TC_C_57_CS',
    async (scene) => {
      const { csms, station, tokens } = scene
      await csms.boots()
      await isCached(scene, tokens.unknown, { status: 'Invalid' })
      await connects(scene)
      await station.presents(tokens.unknown)
      await nobodyCharges(scene, 'the token does not charge')
      csms.isNotSent('Authorize', 'and it is not asked for again')
    },
    { variables: { ...ownWord, 'AuthCacheCtrlr.DisablePostAuthorize': 'true' } },
  ),
]
