import { between, inSeconds, millis, plus, type Timer } from '@interlock/kernel'
import { CallFailed, type Request, type Response } from '@interlock/ocpp'
import { hear, use } from './core/auth-cache.ts'
import type { Charger, Holder } from './core/charger.ts'
import { judgeToken } from './core/judge-token.ts'
import type { MemoryChange } from './core/memory.ts'
import type { Occurrence } from './core/transaction.ts'
import {
  isMasterPass,
  noToken,
  sameGroup,
  sameToken,
  tokenOf,
  type Token,
  type TokenInfo,
} from './core/token.ts'
import { isClosed, released } from './session.ts'
import { tokenRules } from './settings.ts'
import type { Station } from './station.ts'

/** Who may charge at a standard station: the card reader and everything that stands in for it. */
export type Reader = {
  /** C01 … C06: a token at the reader, a code at the keys. */
  present(token: Token): void
  /** C02: a button, or a station that asks nobody. */
  grantAnybody(): void
  /** F01/F02: a token that the CSMS presents, its word enough unless AuthorizeRemoteStart. */
  presentRemotely(token: Token, holder: Omit<Holder, 'token'>): void
  /** The session ends for this reason; the transaction when a stop point says so. */
  stop(occurrence: Occurrence): void
  /** What the CSMS says of a token in answer to an event (C10.FR.04, E05). */
  answered(event: Request<'TransactionEvent'>, answer: Response<'TransactionEvent'>): void
  /** EVConnectionTimeOut begins to run, or runs on after a restart. */
  watch(): void
  close(): void
}

export function createReader(station: Station): Reader {
  const { deps, keeper, charging, model, records, caller } = station
  const { clock } = deps
  const charger = (): Charger => keeper.memory.charger
  let timer: Timer | undefined

  const grant = (holder: Holder, change: MemoryChange['set'] = {}): void => {
    const current = charger()
    if (isClosed(station)) {
      records.note('TokenRefused', { reason: 'OutOfService' })
      return
    }
    const seconds = model.setting('TxCtrlr', 'EVConnectionTimeOut')
    const until = plus(clock.now(), inSeconds(seconds))
    const next: Charger = {
      ...released(current),
      holder: current.vehicle === undefined ? { ...holder, until } : holder,
      authorisation: { state: 'allowed', by: 'answer' },
    }
    charging.update({ ...change, charger: next }, { trigger: 'Authorized' })
    watch()
  }

  const stop = (occurrence: Occurrence): void => {
    charging.update({ charger: released(charger()) }, occurrence)
    watch()
  }

  /** C09, C16: a token that is good may begin what nobody holds, or end what is its own. */
  const accepted = (token: Token, info: TokenInfo, remote?: Omit<Holder, 'token'>): void => {
    const { holder } = charger()
    const { transaction } = keeper.memory
    const stopped = (reason: 'Local' | 'MasterPass'): void =>
      stop({ trigger: 'StopAuthorized', reason, token })
    if (isMasterPass(info, model.setting('AuthCtrlr', 'MasterPassGroupId'))) {
      if (holder !== undefined && transaction !== undefined) stopped('MasterPass')
      return
    }
    const group = info.groupIdToken === undefined ? undefined : tokenOf(info.groupIdToken)
    if (holder !== undefined) {
      if (sameGroup(holder.group, group)) stopped('Local')
      return
    }
    grant({ ...remote, token, ...(group === undefined ? {} : { group }) })
  }

  const heard = (token: Token, info: TokenInfo): void => {
    if (!model.setting('AuthCacheCtrlr', 'Enabled')) return
    const authCache = hear(keeper.memory.authCache, token, info, clock.now())
    keeper.commit({ set: { authCache } })
  }

  const refused = (token: Token, info: TokenInfo): void =>
    records.note('TokenRefused', { type: token.type, reason: info.status })

  const judge = (token: Token, online: boolean, remote?: Omit<Holder, 'token'>): void => {
    const { authCache: cache, localList: list } = keeper.memory
    const now = clock.now()
    const verdict = judgeToken(token, { cache, list }, tokenRules(model), online, now)
    if (verdict.kind === 'ask') return ask(token, remote)
    keeper.commit({ set: { authCache: use(cache, token, now) } })
    if (verdict.kind === 'allow') accepted(token, verdict.info, remote)
    else refused(token, verdict.info)
  }

  const ask = (token: Token, remote?: Omit<Holder, 'token'>): void =>
    void station.background('Authorize', async () => {
      try {
        const { idTokenInfo } = await caller.call('Authorize', { idToken: token })
        heard(token, idTokenInfo)
        if (idTokenInfo.status === 'Accepted') accepted(token, idTokenInfo, remote)
        else refused(token, idTokenInfo)
      } catch (error) {
        if (!(error instanceof CallFailed)) throw error
        // Nobody could say: as if there were no connection.
        judge(token, false, remote)
      }
    })

  const presented = (token: Token, remote?: Omit<Holder, 'token'>): void => {
    if (!model.setting('AuthCtrlr', 'Enabled'))
      return accepted(token, { status: 'Accepted' }, remote)
    judge(token, caller.online(), remote)
  }

  /** E05, C15: the CSMS does not want this token to charge. */
  const deauthorise = (): void => {
    const current = charger()
    if (model.setting('TxCtrlr', 'StopTxOnInvalidId'))
      return stop({ trigger: 'Deauthorized', reason: 'DeAuthorized' })
    const energy = model.setting('TxCtrlr', 'MaxEnergyOnInvalidId')
    if (current.barred === true || current.barredAtWattHours !== undefined) return
    const barred =
      energy > 0
        ? { barredAtWattHours: current.meter.wattHours + energy }
        : { barred: true as const }
    charging.update({ charger: { ...current, ...barred } })
  }

  const expire = (): void => {
    const { holder, vehicle } = charger()
    if (holder?.until === undefined || vehicle !== undefined) return
    if (clock.now() < holder.until) return watch()
    // E03.FR.05: whatever the stop points say; E03.FR.15: a driver in the bay ends it by leaving.
    const inBay = model.setting('TxCtrlr', 'TxStopPoint').includes('ParkingBayOccupancy')
    const ends = inBay ? {} : ({ ends: true } as const)
    stop({ trigger: 'EVConnectTimeout', reason: 'Timeout', ...ends })
  }

  const watch = (): void => {
    timer?.cancel()
    const { holder, vehicle } = charger()
    if (holder?.until === undefined || vehicle !== undefined) return
    const wait = millis(Math.max(0, between(clock.now(), holder.until)))
    timer = clock.after(wait, 'EVConnectionTimeOut', expire)
  }

  return {
    present(token) {
      const { holder, looseCable, ...rest } = charger()
      if (holder !== undefined && sameToken(holder.token, token))
        return stop({ trigger: 'StopAuthorized', reason: 'Local', token })
      // E09.FR.03: whoever charged gets the cable back.
      if (looseCable === 'locked' && holder === undefined) {
        charging.update({ charger: { ...rest, looseCable: 'unlocked' } })
        return
      }
      presented(token)
    },
    grantAnybody() {
      if (charger().holder === undefined) grant({ token: noToken })
    },
    presentRemotely(token, holder) {
      if (model.setting('AuthCtrlr', 'AuthorizeRemoteStart')) presented(token, holder)
      else grant({ ...holder, token })
    },
    stop,
    answered(event, { idTokenInfo }) {
      const { idToken: token, transactionInfo } = event
      if (token === undefined || idTokenInfo === undefined) return
      heard(token, idTokenInfo)
      const { holder, ...current } = charger()
      const isCurrent = keeper.memory.transaction?.id === transactionInfo.transactionId
      if (!isCurrent || holder === undefined || !sameToken(holder.token, token)) return
      if (idTokenInfo.status !== 'Accepted') return deauthorise()
      if (idTokenInfo.groupIdToken === undefined) return
      const group = tokenOf(idTokenInfo.groupIdToken)
      charging.update({ charger: { ...current, holder: { ...holder, group } } })
    },
    watch,
    close: () => timer?.cancel(),
  }
}
