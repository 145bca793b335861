import type { StationCase } from '../../station/case.ts'
import { security } from './a-security.ts'
import { provisioning } from './b-provisioning.ts'
import { variables } from './b-variables.ts'

/** Every case of the station role that has been written. */
export const stationCases: readonly StationCase[] = [...security, ...provisioning, ...variables]
