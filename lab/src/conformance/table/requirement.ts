import type { RequirementId } from './row.ts'

/** The functional blocks of Part 2; the generic requirements stand before them. */
export const blocks = {
  generic: 'Generic',
  A: 'Security',
  B: 'Provisioning',
  C: 'Authorization',
  D: 'Local Authorization List Management',
  E: 'Transactions',
  F: 'Remote Control',
  G: 'Availability',
  H: 'Reservation',
  I: 'Tariff and Cost',
  J: 'Meter Values',
  K: 'Smart Charging',
  L: 'Firmware Management',
  M: 'Certificate Management',
  N: 'Diagnostics',
  O: 'Display Message',
  P: 'Data Transfer',
} as const
export type Block = keyof typeof blocks

/**
 * Whom a requirement binds, as far as it says so. A withdrawn one was taken back by an erratum:
 * its number is not given to another.
 */
export const subjects = [
  'station',
  'csms',
  'both',
  'local controller',
  'unsaid',
  'withdrawn',
] as const
export type Subject = (typeof subjects)[number]

/** One requirement of OCPP 2.0.1 edition 3, Part 2, with the errata of September 2025. */
export type Requirement = {
  readonly id: RequirementId
  readonly block: Block
  readonly of: Subject
  /** What an end must have for the requirement to bind it; the same words as in the cases. */
  readonly needs: string | undefined
}
