import type { Service } from '@interlock/duis'
import type { Role } from '@interlock/kernel'

export type DeviceKind = 'meter' | 'llcs'

/**
 * Which user role may make which service request, of which kind of device, and for whom. In the
 * standard 7.13 belongs to the supplier; in our profile it is the consumer's arm, which an app vendor
 * (`web`) submits on behalf of owners, whose signatures the device itself verifies.
 */
export type EligibilityRow = {
  readonly roles: readonly Role[]
  readonly device: DeviceKind
  /** `self`: the originator is the user's own organisation, and its signature is verified here. */
  readonly originator: 'self' | 'owner'
}

export const eligibility = {
  '1.1.1': { roles: ['supplier'], device: 'meter', originator: 'self' },
  '4.11.1': {
    roles: ['supplier', 'csms', 'dsrsp', 'web'],
    device: 'meter',
    originator: 'self',
  },
  '6.14.3': { roles: ['supplier'], device: 'meter', originator: 'self' },
  '7.12': { roles: ['supplier'], device: 'meter', originator: 'self' },
  '7.13': { roles: ['web'], device: 'llcs', originator: 'owner' },
  '7.14': {
    roles: ['supplier', 'csms', 'dsrsp', 'web'],
    device: 'meter',
    originator: 'self',
  },
  '7.16': { roles: ['dsrsp'], device: 'llcs', originator: 'self' },
} as const satisfies Record<Service, EligibilityRow>

export const eligibilityOf = (service: Service): EligibilityRow => eligibility[service]
/** Every role that may make any service request. */
export const userRoles = ['supplier', 'csms', 'dsrsp', 'web'] as const satisfies readonly Role[]
