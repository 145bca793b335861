import { useEffect, useState } from 'preact/hooks'
import { get, Problem, sentenceOfError } from '../page/api.ts'

/** What a server answered last; and what went wrong since, if anything did. */
export type Asked<Result> = {
  readonly result: Result | undefined
  readonly problem: string
  /** It said that there is none, which is an answer. */
  readonly none: boolean
}

const againMillis = 10_000

/** Asks once and then again every few seconds, each time after the last answer; nothing while the page is hidden. */
export function useAsked<Result>(path: string, onSignedOut: () => void): Asked<Result> {
  const [asked, setAsked] = useState<Asked<Result>>({ result: undefined, problem: '', none: false })
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let closed = false
    const ask = async (): Promise<void> => {
      try {
        if (!document.hidden) {
          const result = await get<Result>(path)
          if (!closed) setAsked({ result, problem: '', none: false })
        }
      } catch (error) {
        if (closed) return
        if (error instanceof Problem && error.status === 401) return onSignedOut()
        const none = error instanceof Problem && error.status === 404
        setAsked(({ result }) => ({ result, problem: none ? '' : sentenceOfError(error), none }))
      }
      if (!closed) timer = setTimeout(() => void ask(), againMillis)
    }
    void ask()
    return () => {
      closed = true
      clearTimeout(timer)
    }
  }, [path])
  return asked
}
