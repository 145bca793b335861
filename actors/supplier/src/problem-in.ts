import { Fault, type Outcome } from '@interlock/kernel'

/** What went wrong with one device; whoever is not reached does not stand in the way of the others. */
export async function problemIn(
  asked: Promise<Outcome<unknown, string>>,
): Promise<{ readonly problem?: string; readonly detail?: string }> {
  try {
    const outcome = await asked
    if (outcome.ok) return {}
    const { reason: problem, detail } = outcome
    return { problem, ...(detail === undefined ? {} : { detail }) }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { problem: error.code }
  }
}
