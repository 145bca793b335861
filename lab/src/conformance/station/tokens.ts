import type { Request, Response } from '@interlock/ocpp'
import type { Token } from '../csms/subject.ts'
import { asks } from './charge.ts'
import type { StationScene } from './case.ts'
import { hasSaidAll } from './states.ts'

type TokenInfo = Response<'Authorize'>['idTokenInfo']
type Entry = NonNullable<Request<'SendLocalList'>['localAuthorizationList']>[number]
export type Judgement = TokenInfo['status']

/** A good token, of that group. */
export const ofGroup = (idToken: string, status: Judgement = 'Accepted'): TokenInfo => ({
  status,
  groupIdToken: { idToken, type: 'Central' },
})

export const entry = (idToken: Token, idTokenInfo: TokenInfo = { status: 'Accepted' }): Entry => ({
  idToken,
  idTokenInfo,
})

/** How long a token waits for its vehicle in the cases that speak of what was heard before. */
const connectionSeconds = 30
/** The station may say itself who charges, by what it has. */
export const ownWord = {
  'AuthCtrlr.LocalPreAuthorize': 'true',
  'TxCtrlr.EVConnectionTimeOut': `${connectionSeconds}`,
} as const

/** The station has asked for the token before, and remembers what it heard; nobody charges. */
export async function isCached(scene: StationScene, token: Token, info?: TokenInfo): Promise<void> {
  await asks(scene, token, info)
  await hasSaidAll(scene)
  await scene.passes(connectionSeconds + 1)
}

/** The whole list of the station. */
export const lists = (
  { csms }: StationScene,
  localAuthorizationList: readonly Entry[],
  versionNumber = 1,
): Promise<unknown> => {
  const [first, ...others] = localAuthorizationList
  const list = first === undefined ? {} : { localAuthorizationList: [first, ...others] as const }
  return csms.sends(
    'SendLocalList',
    { updateType: 'Full', versionNumber, ...list } as Request<'SendLocalList'>,
    { status: 'Accepted' },
  )
}

/** From now on the CSMS says that of each token in a transaction. */
export const judges = ({ csms }: StationScene, idTokenInfo: TokenInfo): void =>
  csms.answers('TransactionEvent', ({ idToken }) => (idToken === undefined ? {} : { idTokenInfo }))

/** Nobody was asked, and nobody may charge. */
export async function nobodyCharges(scene: StationScene, says: string): Promise<void> {
  await hasSaidAll(scene)
  scene.csms.isNotSent('TransactionEvent', says)
}
