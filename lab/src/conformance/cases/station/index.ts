import type { StationCase } from '../../station/case.ts'
import { certificates } from './a-certificates.ts'
import { securityProfiles } from './a-profiles.ts'
import { security } from './a-security.ts'
import { tls } from './a-tls.ts'
import { boots } from './b-boot.ts'
import { customReports } from './b-custom-reports.ts'
import { networks } from './b-network.ts'
import { absences } from './b-offline.ts'
import { baseReports } from './b-reports.ts'
import { resets } from './b-reset.ts'
import { variables } from './b-variables.ts'
import { cachedTokens } from './c-cache.ts'
import { groups } from './c-groups.ts'
import { invalidatedTokens } from './c-invalidated.ts'
import { listedTokens } from './c-list.ts'
import { masterPasses } from './c-master-pass.ts'
import { refusedTokens } from './c-refused.ts'
import { localLists } from './d-local-list.ts'
import { disconnects } from './e-disconnects.ts'
import { offlineTransactions } from './e-offline.ts'
import { retries } from './e-retries.ts'
import { starts } from './e-starts.ts'
import { transactionStatus } from './e-status.ts'
import { stops } from './e-stops.ts'
import { remoteStarts } from './f-remote-start.ts'
import { remoteStops, unlocks } from './f-remote-stop.ts'
import { triggers } from './f-triggers.ts'
import { availability } from './g-availability.ts'
import { clockReadings } from './j-clock-readings.ts'
import { sampledReadings } from './j-sampled-readings.ts'
import { profilesCleared } from './k-clear-profile.ts'
import { profilesReported } from './k-get-profiles.ts'
import { remoteStartsWithProfile } from './k-remote-start.ts'
import { compositeSchedules } from './k-schedules.ts'
import { profilesSet } from './k-set-profile.ts'
import { firmware } from './l-firmware.ts'
import { certificatesOfOthers } from './m-certificates.ts'
import { customers } from './n-customer.ts'
import { logs, logTriggers } from './n-logs.ts'
import { vendorData } from './p-custom-data.ts'

/** Every case of the station role that has been written. */
export const stationCases: readonly StationCase[] = [
  ...security,
  ...tls,
  ...certificates,
  ...securityProfiles,
  ...boots,
  ...baseReports,
  ...customReports,
  ...resets,
  ...networks,
  ...absences,
  ...variables,
  ...refusedTokens,
  ...cachedTokens,
  ...invalidatedTokens,
  ...groups,
  ...masterPasses,
  ...listedTokens,
  ...localLists,
  ...starts,
  ...stops,
  ...disconnects,
  ...transactionStatus,
  ...offlineTransactions,
  ...retries,
  ...remoteStarts,
  ...remoteStops,
  ...unlocks,
  ...triggers,
  ...availability,
  ...clockReadings,
  ...sampledReadings,
  ...profilesSet,
  ...profilesCleared,
  ...profilesReported,
  ...compositeSchedules,
  ...remoteStartsWithProfile,
  ...firmware,
  ...certificatesOfOthers,
  ...logs,
  ...logTriggers,
  ...customers,
  ...vendorData,
]
