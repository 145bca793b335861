import type { CsmsCase } from '../../csms/case.ts'
import { certificates } from './a-certificates.ts'
import { security } from './a-security.ts'
import { pendingBoots } from './b-boot.ts'
import { networkProfiles } from './b-network.ts'
import { provisioning } from './b-provisioning.ts'
import { baseReports } from './b-reports.ts'
import { variables } from './b-variables.ts'
import { authorisation } from './c-authorisation.ts'
import { localList } from './d-local-list.ts'
import { starts } from './e-starts.ts'
import { statuses } from './e-status.ts'
import { stops } from './e-stops.ts'
import { remoteStarts } from './f-remote-start.ts'
import { triggers } from './f-triggers.ts'
import { availability } from './g-availability.ts'
import { meterValues } from './j-meter-values.ts'
import { clearProfiles } from './k-clear-profile.ts'
import { getProfiles } from './k-get-profiles.ts'
import { schedules } from './k-schedules.ts'
import { setProfiles } from './k-set-profile.ts'
import { firmware } from './l-firmware.ts'
import { installedCertificates } from './m-certificates.ts'
import { customers } from './n-customer.ts'
import { logs } from './n-logs.ts'
import { dataTransfers } from './p-data-transfer.ts'

/** Every case of the CSMS role that has been written. */
export const csmsCases: readonly CsmsCase[] = [
  ...security,
  ...certificates,
  ...pendingBoots,
  ...provisioning,
  ...baseReports,
  ...networkProfiles,
  ...variables,
  ...authorisation,
  ...localList,
  ...starts,
  ...stops,
  ...statuses,
  ...remoteStarts,
  ...triggers,
  ...availability,
  ...meterValues,
  ...setProfiles,
  ...clearProfiles,
  ...getProfiles,
  ...schedules,
  ...firmware,
  ...installedCertificates,
  ...customers,
  ...logs,
  ...dataTransfers,
]
