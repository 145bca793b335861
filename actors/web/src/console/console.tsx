import { useCallback, useEffect, useState } from 'preact/hooks'
import { get, post, sentenceOfError, useToken } from '../page/api.ts'
import { Mark } from '../page/mark.tsx'
import { Notice } from '../page/notice.tsx'
import { SignIn } from '../page/sign-in.tsx'
import { actionName } from '../sentences.ts'
import type { ConsoleSession } from '../shared/shapes.ts'
import { FeedersScreen } from './feeders-screen.tsx'
import { StreetScreen } from './street-screen.tsx'
import { maySeeFeeders, useScreen, type Screen } from './use-screen.ts'

/** Signed out, or one of the screens. */
export function Console() {
  const [session, setSession] = useState<ConsoleSession>()
  const [problem, setProblem] = useState('')
  const load = useCallback(async () => {
    try {
      const found = await get<ConsoleSession>('/api/session')
      useToken(found.csrf)
      setSession(found)
      setProblem('')
    } catch (error) {
      setProblem(sentenceOfError(error))
    }
  }, [])
  useEffect(() => void load(), [load])
  const told = useErrand(session?.csrf !== undefined)
  const screen = useScreen(session)
  if (session === undefined) return <Notice text={problem} kind="problem" />
  const why = 'See what the chargers of your street do, and why.'
  return (
    <>
      <Top session={session} screen={screen} onSignedOut={() => void load()} />
      <main>
        {session.person === undefined ? (
          <SignIn kind={session.login} why={why} onDone={() => void load()} />
        ) : screen === 'feeders' ? (
          <FeedersScreen session={session} onSignedOut={() => void load()} />
        ) : (
          <StreetScreen session={session} told={told} onSignedOut={() => void load()} />
        )}
      </main>
    </>
  )
}

function Top(props: { session: ConsoleSession; screen: Screen; onSignedOut: () => void }) {
  const { person, armOrigin } = props.session
  const signOut = async (): Promise<void> => {
    await post('/api/logout')
    props.onSignedOut()
  }
  return (
    <header class="top">
      <span class="brand">
        <Mark arm trigger /> Interlock
      </span>
      {person && maySeeFeeders(props.session) && <Screens shown={props.screen} />}
      {person && (
        <>
          {person.roles.includes('driver') && <a href={armOrigin}>This device’s key</a>}
          <span class="soft">
            {person.name}: {rolesOf(person.roles)}
          </span>
          <button class="quiet" type="button" onClick={() => void signOut()}>
            Sign out
          </button>
        </>
      )}
    </header>
  )
}

function Screens({ shown }: { shown: Screen }) {
  const link = (screen: Screen, words: string) => (
    <a href={`#${screen}`} aria-current={shown === screen ? 'page' : undefined}>
      {words}
    </a>
  )
  return (
    <nav class="row" aria-label="Screens">
      {link('street', 'Street')}
      {link('feeders', 'Feeders')}
    </nav>
  )
}

const rolesOf = (roles: readonly string[]): string =>
  roles.length === 1 ? `signed in as ${roles[0]}` : `may act as ${roles.join(', ')}`

export type ToldResult = { readonly text: string; readonly kind: 'done' | 'problem' }

/** Back from the arm page with something signed: send the trigger that belongs to it. */
function useErrand(signedIn: boolean): ToldResult | undefined {
  const [told, setTold] = useState<ToldResult>()
  useEffect(() => {
    const errand = new URLSearchParams(location.hash.slice(1)).get('errand')
    if (errand === null || !signedIn) return
    history.replaceState(null, '', '/')
    setTold({ text: 'Signed. The trigger is on its way to the charger…', kind: 'done' })
    post<{ action: string; place: string }>(`/api/hand-overs/${encodeURIComponent(errand)}/trigger`)
      .then(({ action, place }) =>
        setTold({ text: `Arm and trigger met: ${actionName(action)} at ${place}.`, kind: 'done' }),
      )
      .catch((error: unknown) => setTold({ text: sentenceOfError(error), kind: 'problem' }))
  }, [signedIn])
  return told
}
