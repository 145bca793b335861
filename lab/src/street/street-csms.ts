import type { CsmsConfig } from '@interlock/csms'
import { csmsOscp } from './capacity-configs.ts'
import { csmsConfig, https, middlewareOf, type Plan } from './configs.ts'
import { csmsOpenData } from './open-data.ts'
import { csmsOcpi } from './roaming-configs.ts'

/** The CSMS with all that it has to do with in a street. @param isLimited whether an operator limits the feeder */
export function streetCsms(plan: Plan, isLimited: boolean): CsmsConfig {
  const config = csmsConfig(plan)
  return {
    ...config,
    peers: { ...config.peers, cir: https(plan, 'cir') },
    middleware: middlewareOf(plan),
    consumption: plan.homes.map(({ stationId }) => stationId),
    ocpi: csmsOcpi(plan),
    openData: csmsOpenData(plan),
    ...(isLimited && { oscp: csmsOscp(plan) }),
  }
}
