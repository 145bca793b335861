import { hashPassword } from '@interlock/host'
import type { StationId } from '@interlock/kernel'
import type { Request, Response } from '@interlock/ocpp'
import type { Context } from './context.ts'
import { attributeKey } from './core/facts.ts'
import { isOwnPassword } from './core/secret-variables.ts'
import type { StationRecord } from './data/stations.ts'

type Sent = { readonly stationId: StationId; readonly action: string; readonly payload: unknown }

/** A password on its way to a station, and what its answer makes of it. */
export type PasswordOffer = { answered(answer: unknown): Promise<void> }

/**
 * A01: before a password leaves it counts beside the one before, since the answer may be lost when the
 * station has taken it. A password that it accepts is the only one from then on, one that it refuses
 * never was; without an answer the first that is used decides. Connections that stand are not touched.
 */
export async function offerPassword(
  { stations, audit }: Context,
  { stationId, action, payload }: Sent,
): Promise<PasswordOffer | undefined> {
  const asked = action === 'SetVariables' ? secretIn(payload as Request<'SetVariables'>) : undefined
  if (asked === undefined) return undefined
  const { component, variable, attributeValue } = asked
  const hash = await hashPassword(attributeValue)
  await stations.offerPassword(stationId, hash)
  audit.record('PasswordOffered', { station: stationId })
  return {
    async answered(answer) {
      const key = attributeKey(component, variable)
      const { setVariableResult } = answer as Response<'SetVariables'>
      const taken = setVariableResult.find(
        (each) => attributeKey(each.component, each.variable) === key,
      )?.attributeStatus
      if (taken !== 'Accepted' && taken !== 'RebootRequired')
        return stations.withdrawPassword(stationId, hash)
      const record = await stations.find(stationId)
      await stations.settlePassword(stationId, hash, record?.offeredHashes ?? [])
      audit.record('PasswordChanged', { station: stationId })
    },
  }
}

/**
 * The station has come with `used`. A new one that is used counts alone from then on. The old one settles nothing: whoever
 * else has it must not be able to keep the station from its new one.
 */
export async function settlePassword(
  { stations, audit }: Context,
  { stationId, passwordHash, offeredHashes }: StationRecord,
  used: string | undefined,
): Promise<void> {
  if (used === undefined || used === passwordHash || offeredHashes.length === 0) return
  await stations.settlePassword(stationId, used, offeredHashes)
  audit.record('PasswordChanged', { station: stationId })
}

/** The one that a request sets; `unsendable` lets no second one leave with it. */
export const secretIn = ({ setVariableData }: Request<'SetVariables'>) =>
  setVariableData.find(({ component, variable }) => isOwnPassword(component, variable))
