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
  /** Those of them that may have the command, to deliver it locally: command variants 2, 3, 6 and 7. */
  readonly local: readonly Role[]
  /** `company`: nothing is for a device. */
  readonly device: DeviceKind | 'any' | 'company'
  /** `self`: the originator is the user's own organisation, and its signature is verified here. */
  readonly originator: 'self' | 'owner'
  /** Only for the readers of that device in the inventory: what a home does is not every user's to know. */
  readonly reads?: true
  /** Its signed pre-command may be held here and sent at a later date. Our profile: see the documents. */
  readonly futureDated?: true
}

export const eligibility = {
  '1.1.1': {
    roles: ['supplier'],
    local: ['supplier'],
    device: 'meter',
    originator: 'self',
    futureDated: true,
  },
  // What a home used is its supplier's to settle, and nobody else's to know.
  '4.1.2': {
    roles: ['supplier'],
    local: ['supplier'],
    device: 'meter',
    originator: 'self',
    reads: true,
  },
  // What a home charged goes to those who settle it, encrypted by the device for them alone.
  '4.8.1': {
    roles: ['supplier', 'dsrsp'],
    local: ['supplier'],
    device: 'llcs',
    originator: 'self',
    reads: true,
  },
  '4.11.1': {
    roles: ['supplier', 'csms', 'dsrsp', 'web'],
    local: ['supplier'],
    device: 'meter',
    originator: 'self',
    reads: true,
  },
  '6.11': { roles: ['supplier'], local: ['supplier'], device: 'any', originator: 'self' },
  // Its date of execution is in the message: the device itself waits for it.
  '6.14.3': { roles: ['supplier'], local: ['supplier'], device: 'llcs', originator: 'self' },
  '6.15.1': {
    roles: ['supplier'],
    local: ['supplier'],
    device: 'any',
    originator: 'self',
    futureDated: true,
  },
  // As an arm of the supplier's: what it may move is charged for the day that it stands.
  '7.5': { roles: ['supplier'], local: [], device: 'llcs', originator: 'self' },
  '7.6': { roles: ['supplier'], local: [], device: 'llcs', originator: 'self' },
  '7.12': { roles: ['supplier'], local: ['supplier'], device: 'meter', originator: 'self' },
  // Valid at once, or its budget goes back: it is in nobody's pocket.
  '7.13': { roles: ['web'], local: [], device: 'llcs', originator: 'owner' },
  '7.14': {
    roles: ['supplier', 'csms', 'dsrsp', 'web'],
    local: ['supplier'],
    device: 'any',
    originator: 'self',
    reads: true,
  },
  '7.15': {
    roles: ['supplier', 'csms', 'dsrsp', 'web'],
    local: ['supplier'],
    device: 'any',
    originator: 'self',
    reads: true,
  },
  '7.16': {
    roles: ['dsrsp'],
    local: ['dsrsp'],
    device: 'llcs',
    originator: 'self',
    futureDated: true,
  },
  '8.3': { roles: ['supplier', 'dsrsp'], local: [], device: 'company', originator: 'self' },
  '8.13': { roles: ['supplier', 'dsrsp'], local: [], device: 'company', originator: 'self' },
  '11.3': {
    roles: ['supplier'],
    local: ['supplier'],
    device: 'any',
    originator: 'self',
    futureDated: true,
  },
  '12.2': { roles: ['supplier', 'dsrsp'], local: [], device: 'company', originator: 'self' },
} as const satisfies Record<Service, EligibilityRow>

export const eligibilityOf = (service: Service): EligibilityRow => eligibility[service]
/** Those who may command such a device, and for a hub everybody: whom its status concerns. */
export const rolesOf = (kind: DeviceKind | 'hub'): readonly Role[] =>
  userRoles.filter((role) =>
    Object.values(eligibility).some(
      (row: EligibilityRow) =>
        row.roles.includes(role) && (kind === 'hub' || row.device === 'any' || row.device === kind),
    ),
  )

/** Every role that may make any service request. */
export const userRoles = ['supplier', 'csms', 'dsrsp', 'web'] as const satisfies readonly Role[]
