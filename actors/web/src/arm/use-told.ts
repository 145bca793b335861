import type { PinnedHome } from '@interlock/arm'
import { useEffect, useState } from 'preact/hooks'
import { get, sentenceOfError } from '../page/api.ts'
import type { ArmSession } from '../shared/shapes.ts'

/** What a home's charger tells of itself at `path`, with the session it was asked in; asked at once, and again on `load`. */
export function useTold<Told>(home: PinnedHome, path: string) {
  const [told, setTold] = useState<Told>()
  const [session, setSession] = useState<ArmSession>()
  const [problem, setProblem] = useState('')
  const load = async (): Promise<void> => {
    try {
      setSession(await get<ArmSession>('/api/session'))
      setTold(await get<Told>(`/api/homes/${encodeURIComponent(home.station)}/${path}`))
      setProblem('')
    } catch (error) {
      setProblem(sentenceOfError(error))
    }
  }
  useEffect(() => void load(), [])
  return { told, session, problem, load }
}
