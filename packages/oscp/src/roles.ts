/** Parties of OSCP: capacity provider (a DSO), flexibility provider (a CSMS), capacity optimiser. */
export const oscpRoles = ['cp', 'fp', 'co'] as const
export type OscpRole = (typeof oscpRoles)[number]

export const oscpVersion = '2.0'
