import { useEffect, useState } from 'preact/hooks'
import type { ConsoleSession } from '../shared/shapes.ts'

export type Screen = 'street' | 'feeders'

const people: readonly string[] = ['operator', 'regulator', 'lab']

/** As the server decides it too. */
export const maySeeFeeders = ({ feeders, person }: ConsoleSession): boolean =>
  feeders && person?.roles.some((role) => people.includes(role)) === true

/** Which one the address names, for those who may see it. */
export function useScreen(session: ConsoleSession | undefined): Screen {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const changed = () => setHash(location.hash)
    addEventListener('hashchange', changed)
    return () => removeEventListener('hashchange', changed)
  }, [])
  const isFeeders = hash === '#feeders' && session !== undefined && maySeeFeeders(session)
  return isFeeders ? 'feeders' : 'street'
}
