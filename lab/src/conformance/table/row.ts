/** A certification profile of OCPP 2.0.1 (Part 5). */
export const profileNames = [
  'Core',
  'Advanced Security',
  'Local Authorization List Management',
  'Smart Charging',
  'Advanced Device Management',
  'Advanced User Interface',
  'Reservation',
  'ISO 15118 Support',
] as const
export type ProfileName = (typeof profileNames)[number]

/** As `K01.FR.38`. */
export type RequirementId = string

/** One certification case: its id, our words for it, and what it stands for. */
export type Row = {
  readonly id: string
  readonly title: string
  /** In which profiles it is mandatory (M) or conditional (C); none: part of no profile. */
  readonly profiles: readonly { readonly name: ProfileName; readonly mandatory: boolean }[]
  readonly requirements: readonly RequirementId[]
  /** What the end under test must have for the case to apply. */
  readonly capability: string | undefined
}

/** The profile under which a case is reported: the first that names it. */
export const profileOf = (row: Row): string => row.profiles[0]?.name ?? 'none'
export const isMandatory = (row: Row): boolean => row.profiles[0]?.mandatory ?? false
