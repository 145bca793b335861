import type { PinnedHome } from '@interlock/arm'
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { get, post, sentenceOfError } from '../page/api.ts'
import { Notice } from '../page/notice.tsx'
import type { ArmSession } from '../shared/shapes.ts'
import { useHeading } from './use-heading.ts'

/** An owner's word to a charger: what the sheet says is what is signed, on the person's gesture. */
export function WordSheet(props: {
  home: PinnedHome
  sentence: string
  testId: string
  /** What to know besides. */
  children?: ComponentChildren
  /** On the button that signs, and on the one that does not. */
  yes: string
  no: string
  isDanger?: boolean
  /** Signs it, as of that moment of world time: the charger takes a word for a few minutes only. */
  sign: (at: number) => Promise<object>
  /** Where the signed word goes. */
  to: string
  onDone: () => void
  onKeep: () => void
}) {
  const { home, sentence, testId, children, yes, no, isDanger = false, sign, to } = props
  const heading = useHeading()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  const send = async (): Promise<void> => {
    setBusy(true)
    setProblem('')
    try {
      const { now } = await get<ArmSession>('/api/session')
      await post(to, { station: home.station, ...(await sign(Math.floor(now))) })
      props.onDone()
    } catch (error) {
      setProblem(sentenceOfError(error))
      setBusy(false)
    }
  }
  return (
    <div class={isDanger ? 'paper refused' : 'paper'}>
      <h2 ref={heading} tabIndex={-1}>
        You are about to sign:
      </h2>
      <p class="asked" data-testid={testId}>
        {sentence}
      </p>
      {children}
      <div class="row">
        <button
          type="button"
          class={isDanger ? 'danger big' : 'big'}
          disabled={busy}
          onClick={() => void send()}
        >
          {yes}
        </button>
        <button
          type="button"
          class={isDanger ? 'big' : 'big quiet'}
          disabled={busy}
          onClick={props.onKeep}
        >
          {no}
        </button>
      </div>
      <Notice text={problem} kind="problem" />
    </div>
  )
}
