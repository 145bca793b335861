import { csmsCase, type CsmsScene } from '../../csms/case.ts'
import type { Token } from '../../csms/subject.ts'
import { oneOf } from '../../match.ts'

const accepted = { idTokenInfo: { status: 'Accepted' } }
const ofGroup = (idToken: string) => ({
  idTokenInfo: { status: 'Accepted', groupIdToken: { idToken } },
})

/** A token that the CSMS does not accept for that reason, and one that it does. */
async function isNotAuthorised(
  { station, csms, tokens }: CsmsScene,
  token: Token,
  ...statuses: readonly string[]
): Promise<void> {
  await station.boots()
  const refused = { idTokenInfo: { status: oneOf(...statuses) } }
  await station.sends('Authorize', { idToken: token }, refused)
  await station.sends('Authorize', { idToken: tokens.valid }, accepted)
  // Whose token it was the history does not show.
  const judged = { action: 'Authorize', response: refused }
  await csms.knowsOf('messages', judged, 'the CSMS keeps what it decided')
}

/** Tokens of one group: the second ends what the first began. */
async function groupCharges(
  { station, csms, tokens }: CsmsScene,
  { asks }: { readonly asks: boolean },
): Promise<void> {
  const sameGroup = ofGroup(tokens.group)
  await station.boots()
  const charge = station.transaction()
  await station.reportsConnector('Occupied')
  await charge.started('CablePluggedIn', { info: { chargingState: 'EVConnected' } })
  if (asks) await station.sends('Authorize', { idToken: tokens.valid }, sameGroup)
  await charge.updated('Authorized', { idToken: tokens.valid }, sameGroup)
  await charge.updated('ChargingStateChanged', { info: { chargingState: 'Charging' } })
  if (asks) await station.sends('Authorize', { idToken: tokens.sameGroup }, sameGroup)
  const stop = { idToken: tokens.sameGroup, info: { chargingState: 'EVConnected' } } as const
  await charge.updated('StopAuthorized', stop, sameGroup)
  await charge.ended('EVCommunicationLost', { info: { stoppedReason: 'Local' } })
  await csms.knowsOf('transactions', {
    transactionId: charge.id,
    state: 'ended',
    stoppedReason: 'Local',
    idToken: tokens.valid,
  })
}

/** The master pass ends some of two running transactions. */
async function masterPassEnds(
  { station, csms, tokens }: CsmsScene,
  ended: readonly number[],
): Promise<void> {
  const master = ofGroup(tokens.masterGroup)
  await station.boots()
  const charges = [
    await station.isCharging(tokens.valid, { evseId: 1 }),
    await station.isCharging(tokens.sameGroup, { evseId: 2 }),
  ]
  await station.sends('Authorize', { idToken: tokens.master }, master)
  const stop = { idToken: tokens.master, info: { stoppedReason: 'MasterPass' } } as const
  for (const [index, charge] of charges.entries())
    if (ended.includes(index)) await charge.ended('StopAuthorized', stop, master)
  for (const [index, { id: transactionId }] of charges.entries()) {
    const state = ended.includes(index) ? 'ended' : 'active'
    await csms.knowsOf('transactions', { transactionId, state })
  }
}

export const authorisation = [
  csmsCase('TC_C_02_CSMS', (scene) =>
    isNotAuthorised(scene, scene.tokens.unknown, 'Unknown', 'Invalid'),
  ),
  csmsCase('TC_C_06_CSMS', (scene) =>
    isNotAuthorised(scene, scene.tokens.blocked, 'Blocked', 'Invalid'),
  ),
  csmsCase('TC_C_07_CSMS', (scene) =>
    isNotAuthorised(scene, scene.tokens.expired, 'Expired', 'Invalid'),
  ),

  csmsCase('TC_C_08_CSMS', async ({ station, csms, tokens }) => {
    await station.boots()
    const charge = station.transaction()
    await charge.started('EVDetected')
    await charge.updated('CablePluggedIn', { info: { chargingState: 'EVConnected' } })
    await charge.updated('Authorized', { idToken: tokens.valid }, accepted)
    await csms.knowsOf('transactions', {
      transactionId: charge.id,
      state: 'active',
      idToken: tokens.valid,
    })
  }),

  csmsCase('TC_C_20_CSMS', async ({ station, csms, tokens }) => {
    await station.boots()
    const charge = station.transaction()
    await charge.started('EVDetected')
    await charge.updated('CablePluggedIn', { info: { chargingState: 'EVConnected' } })
    const refused = { idTokenInfo: { status: oneOf('Unknown', 'Invalid') } }
    await charge.updated('Authorized', { idToken: tokens.unknown }, refused)
    await csms.knowsOf('transactions', { transactionId: charge.id, state: 'active' })
  }),

  csmsCase('TC_C_37_CSMS', async ({ station, csms }) => {
    await station.boots()
    station.answers('ClearCache', { status: 'Accepted' })
    await csms.sends('ClearCache', {})
    await csms.knowsOf('messages', { action: 'ClearCache', response: { status: 'Accepted' } })
  }),

  csmsCase('TC_C_38_CSMS', async ({ station, csms }) => {
    await station.boots()
    station.answers('ClearCache', { status: 'Rejected' })
    await csms.sends('ClearCache', {})
    await csms.knowsOf('messages', { action: 'ClearCache', response: { status: 'Rejected' } })
    await csms.knows('station', { refused: { action: 'ClearCache', reason: 'Rejected' } })
  }),

  csmsCase('TC_C_39_CSMS', (scene) => groupCharges(scene, { asks: true })),
  csmsCase('TC_C_40_CSMS', (scene) => groupCharges(scene, { asks: false })),
  csmsCase('TC_C_43_CSMS', (scene) => groupCharges(scene, { asks: true })),
  csmsCase('TC_C_47_CSMS', (scene) => masterPassEnds(scene, [0, 1])),
  csmsCase('TC_C_48_CSMS', (scene) => masterPassEnds(scene, [0])),
  csmsCase('TC_C_49_CSMS', (scene) => masterPassEnds(scene, [0, 1])),
]
