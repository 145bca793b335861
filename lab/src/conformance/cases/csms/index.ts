import type { CsmsCase } from '../../csms/case.ts'
import { security } from './a-security.ts'
import { provisioning } from './b-provisioning.ts'
import { variables } from './b-variables.ts'

/** Every case of the CSMS role that has been written. */
export const csmsCases: readonly CsmsCase[] = [...security, ...provisioning, ...variables]
