import type { Token } from '../../csms/subject.ts'
import { absent } from '../../match.ts'
import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import { asks, charges, connects, createCharge, departs, rests } from '../../station/charge.ts'
import { comesBack, goesOffline } from '../../station/offline.ts'
import { hasSaidAll, reports } from '../../station/states.ts'
import {
  entry,
  isCached,
  judges,
  lists,
  nobodyCharges,
  ownWord,
  type Judgement,
} from '../../station/tokens.ts'

const byList = { variables: ownWord }
const charging = { info: { chargingState: 'Charging' } }

const hasListed = async (scene: StationScene, token: Token, status: Judgement): Promise<void> => {
  await scene.csms.boots()
  await lists(scene, [entry(token, { status })])
}

/** What the list says is not the last word: the CSMS is asked (C14.FR.03). */
async function isAskedFor(scene: StationScene, token: Token, status: Judgement): Promise<void> {
  await hasListed(scene, token, status)
  await connects(scene)
  await asks(scene, token, { status })
  await nobodyCharges(scene, `a token that is ${status} does not charge`)
}

const offlineRules = (unknownMay: boolean) => ({
  variables: {
    ...ownWord,
    'AuthCtrlr.LocalAuthorizeOffline': 'true',
    'AuthCtrlr.OfflineTxForUnknownIdEnabled': `${unknownMay}`,
    'TxCtrlr.MaxEnergyOnInvalidId': '0',
    'TxCtrlr.StopTxOnInvalidId': 'false',
    'OCPPCommCtrlr.OfflineThreshold': '600',
  },
})

/** Offline a token is shown and a vehicle plugged in. */
async function isPresentedOffline(scene: StationScene, token: Token): Promise<void> {
  await goesOffline(scene)
  await scene.station.presents(token)
  await scene.station.plugsIn()
}

/** Offline the list is all there is, and it says no. */
async function staysOutOffline(
  scene: StationScene,
  token: Token,
  status: Judgement,
): Promise<void> {
  await hasListed(scene, token, status)
  await isPresentedOffline(scene, token)
  await comesBack(scene)
  await reports(scene, 'Occupied')
  await createCharge(scene).starts('CablePluggedIn', {
    offline: true,
    idToken: absent,
    info: { chargingState: 'EVConnected' },
  })
  await nobodyCharges(scene, `a token listed as ${status} does not charge`)
}

export const listedTokens: readonly StationCase[] = [
  stationCase(
    'TC_C_21_CS',
    async (scene) => {
      const { station, tokens } = scene
      await hasListed(scene, tokens.valid, 'Accepted')
      await isPresentedOffline(scene, tokens.valid)
      await comesBack(scene)
      const charge = createCharge(scene)
      await charge.starts('CablePluggedIn', { offline: true, idToken: tokens.valid })
      await charge.goesOn('ChargingStateChanged', { offline: true, ...charging })
      await reports(scene, 'Occupied')
      await station.presents(tokens.valid)
      await rests(charge)
      await departs(scene, charge)
    },
    offlineRules(false),
  ),

  stationCase(
    'TC_C_22_CS',
    (scene) => staysOutOffline(scene, scene.tokens.unknown, 'Invalid'),
    offlineRules(false),
  ),
  stationCase(
    'TC_C_23_CS',
    (scene) => staysOutOffline(scene, scene.tokens.blocked, 'Blocked'),
    offlineRules(false),
  ),
  stationCase(
    'TC_C_24_CS',
    (scene) => staysOutOffline(scene, scene.tokens.expired, 'Expired'),
    offlineRules(false),
  ),

  stationCase(
    'TC_C_25_CS',
    async (scene) => {
      const { csms, station, tokens, passes } = scene
      await csms.boots()
      await isCached(scene, tokens.valid)
      await lists(scene, [entry(tokens.valid, { status: 'Invalid' })])
      await connects(scene)
      await goesOffline(scene)
      await station.presents(tokens.valid)
      await passes(30)
      await comesBack(scene)
      await nobodyCharges(scene, 'the list goes before what was heard, and before the unknown')
    },
    offlineRules(true),
  ),

  stationCase(
    'TC_C_26_CS',
    async (scene) => {
      const { csms, station, tokens } = scene
      await csms.boots()
      await isPresentedOffline(scene, tokens.unknown)
      judges(scene, { status: 'Invalid' })
      await comesBack(scene)
      const charge = createCharge(scene)
      await charge.starts('CablePluggedIn', { offline: true, idToken: tokens.unknown })
      await charge.goesOn('ChargingStateChanged', { offline: true, ...charging })
      await charge.goesOn('ChargingStateChanged', { info: { chargingState: 'SuspendedEVSE' } })
      await reports(scene, 'Occupied')
      await hasSaidAll(scene)
      await station.presents(tokens.unknown)
      await charge.goesOn('StopAuthorized')
      await station.unplugs()
      await reports(scene, 'Available')
    },
    offlineRules(true),
  ),

  stationCase(
    'TC_C_27_CS',
    async (scene) => {
      const { csms, station, tokens } = scene
      await hasListed(scene, tokens.valid, 'Accepted')
      await station.presents(tokens.valid)
      const charge = createCharge(scene)
      await station.plugsIn()
      await reports(scene, 'Occupied')
      await charge.starts('CablePluggedIn', { idToken: tokens.valid })
      await charge.goesOn('ChargingStateChanged', charging)
      csms.isNotSent('Authorize', 'the station knows the token')
    },
    byList,
  ),

  stationCase('TC_C_28_CS', (scene) => isAskedFor(scene, scene.tokens.unknown, 'Invalid'), byList),
  stationCase('TC_C_29_CS', (scene) => isAskedFor(scene, scene.tokens.blocked, 'Blocked'), byList),
  stationCase('TC_C_30_CS', (scene) => isAskedFor(scene, scene.tokens.expired, 'Expired'), byList),

  stationCase(
    'TC_C_31_CS',
    async (scene) => {
      const { valid } = scene.tokens
      await hasListed(scene, valid, 'Invalid')
      const charge = await connects(scene)
      await asks(scene, valid)
      await charges(charge, valid)
    },
    byList,
  ),

  stationCase(
    'TC_C_58_CS',
    async (scene) => {
      const { csms, station, tokens } = scene
      await hasListed(scene, tokens.unknown, 'Invalid')
      await connects(scene)
      await station.presents(tokens.unknown)
      await nobodyCharges(scene, 'a token listed as Invalid does not charge')
      csms.isNotSent('Authorize', 'and it is not asked for')
    },
    { variables: { ...ownWord, 'LocalAuthListCtrlr.DisablePostAuthorize': 'true' } },
  ),
]
