import type { Station } from '../station.ts'

/**
 * The password of security profiles 1 and 2. The one before it stays until the CSMS has accepted the
 * station with one of them (A01): a CSMS that never heard that the new one was taken knows the old one
 * alone, and would shut the station out for good.
 */
export type Password = {
  /** What the next connection is made with. */
  value(): string
  /** All ways were tried in vain: the other one next. */
  alternate(): void
  /** The CSMS has accepted the station with this one: of two the other one goes. */
  accepted(used: string | undefined): void
}

export const passwordVariable = 'SecurityCtrlr.BasicAuthPassword'

export function createPassword(station: () => Station): Password {
  let showsFormer = false
  const former = (): string | undefined => station().keeper.memory.formerPassword
  const present = (): string => station().model.held(passwordVariable) ?? ''

  return {
    value: () => (showsFormer ? former() : undefined) ?? present(),
    alternate() {
      showsFormer = former() !== undefined && !showsFormer
    },
    accepted(used) {
      const before = former()
      if (before === undefined) return
      const { keeper, reports } = station()
      if (used === present()) keeper.commit({ set: { formerPassword: null } })
      // A connection that still stands when the new one is set says nothing of it.
      else if (used === before && showsFormer) {
        const variables = { ...keeper.memory.variables, [passwordVariable]: before }
        keeper.commit({ set: { variables, formerPassword: null } })
        reports.security('ReconfigurationOfSecurityParameters', 'BasicAuthPassword, back')
      } else return
      showsFormer = false
    },
  }
}
