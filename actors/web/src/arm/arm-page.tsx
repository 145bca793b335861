import { indexedDbStore, type ArmKey, type ArmStore, type PinnedHome } from '@interlock/arm'
import type { VNode } from 'preact'
import { useCallback, useEffect, useState } from 'preact/hooks'
import { get, post, sentenceOfError, useToken } from '../page/api.ts'
import { Mark } from '../page/mark.tsx'
import { Notice } from '../page/notice.tsx'
import { SignIn } from '../page/sign-in.tsx'
import type { ArmSession, Errand } from '../shared/shapes.ts'
import { Devices } from './devices.tsx'
import { Enrol } from './enrol.tsx'
import { Homes } from './homes.tsx'
import { Guests } from './guests.tsx'
import { Hours } from './hours.tsx'
import { SignSheet } from './sign-sheet.tsx'

/** What this device holds for the errand at hand. */
type Held = { readonly key: ArmKey | undefined; readonly home: PinnedHome | undefined }

/** One step at a time: sign in, choose a home, enrol this device, look, sign. */
export function ArmPage() {
  const [session, setSession] = useState<ArmSession>()
  const [errand, setErrand] = useState<Errand>()
  const [problem, setProblem] = useState('')
  const load = useCallback(async () => {
    try {
      const handed = await redeemTicket()
      const found = await get<ArmSession>('/api/session')
      useToken(found.csrf)
      setSession(found)
      if (handed !== undefined) setErrand(handed)
    } catch (error) {
      setProblem(sentenceOfError(error))
      await get<ArmSession>('/api/session').then(
        (found) => {
          useToken(found.csrf)
          return setSession(found)
        },
        () => undefined,
      )
    }
  }, [])
  useEffect(() => void load(), [load])
  const signOut = async (): Promise<void> => {
    await post('/api/logout')
    setErrand(undefined)
    await load()
  }
  return (
    <>
      <header class="top">
        <span class="brand">
          <Mark arm trigger={false} /> Interlock · sign
        </span>
        {session && <a href={session.consoleOrigin}>Back to the street</a>}
        {session?.person && (
          <button class="quiet" type="button" onClick={() => void signOut()}>
            Sign out {session.person.name}
          </button>
        )}
      </header>
      <main>
        <div class="sheet-problem">
          <Notice text={problem} kind="problem" />
        </div>
        {session && session.person === undefined && (
          <SignIn
            kind={session.login}
            why="This page signs what your charger may do. It is separate from the console on purpose."
            onDone={() => void load()}
          />
        )}
        {session?.person && (
          <Steps session={session} errand={errand} onErrand={setErrand} onProblem={setProblem} />
        )}
        {session && (
          <p class="module">
            What signs here is <a href="/arm.js">this code</a>, SHA-256{' '}
            <code>{session.moduleSha256}</code>; nothing is signed unless the register knows it.
          </p>
        )}
      </main>
    </>
  )
}

/** The ticket is in the fragment, works once, and leaves the address bar before anything else. */
async function redeemTicket(): Promise<Errand | undefined> {
  const ticket = new URLSearchParams(location.hash.slice(1)).get('ticket')
  if (ticket === null) return undefined
  history.replaceState(null, '', '/')
  return post<Errand>('/api/hand-over', { ticket })
}

type Look = (props: {
  armKey: ArmKey
  home: PinnedHome
  store: ArmStore
  onLeave: () => void
}) => VNode
const looks = { devices: Devices, hours: Hours, guests: Guests } satisfies Record<string, Look>

function Steps(props: {
  session: ArmSession
  errand: Errand | undefined
  onErrand: (errand: Errand | undefined) => void
  onProblem: (problem: string) => void
}) {
  const { session, errand, onErrand, onProblem } = props
  const [store, setStore] = useState<ArmStore>()
  const [held, setHeld] = useState<Held>()
  const [enrolling, setEnrolling] = useState<string>()
  /** What of which home is looked at. */
  const [looked, setLooked] = useState<{ what: keyof typeof looks; station: string }>()
  const station = enrolling ?? looked?.station ?? errand?.station
  const look = useCallback(async () => {
    try {
      const opened = store ?? (await indexedDbStore())
      setStore(opened)
      const home = station === undefined ? undefined : await opened.home(station)
      setHeld({ key: await opened.key(), home })
    } catch (error) {
      onProblem(error instanceof Error ? `${error.message}.` : 'This browser keeps no keys.')
    }
  }, [store, station])
  useEffect(() => void look(), [look])
  if (store === undefined || held === undefined) return <p class="sheet">One moment…</p>
  const enrolled = held.key !== undefined && held.home?.station === station
  if (station !== undefined && (!enrolled || enrolling !== undefined)) {
    const done = () => {
      setEnrolling(undefined)
      void look()
    }
    const buttonsAt = session.simulated ? session.consoleOrigin : undefined
    return (
      <Enrol key={station} station={station} store={store} buttonsAt={buttonsAt} onDone={done} />
    )
  }
  if (looked !== undefined && held.key !== undefined && held.home !== undefined) {
    const Look: Look = looks[looked.what]
    const leave = () => setLooked(undefined)
    const { key, home } = held
    return <Look key={looked.station} armKey={key} home={home} store={store} onLeave={leave} />
  }
  if (errand === undefined || held.key === undefined || held.home === undefined) {
    return (
      <Homes
        store={store}
        onErrand={onErrand}
        onEnrol={setEnrolling}
        onDevices={(of) => setLooked({ what: 'devices', station: of })}
        onHours={(of) => setLooked({ what: 'hours', station: of })}
        onGuests={(of) => setLooked({ what: 'guests', station: of })}
      />
    )
  }
  return (
    <SignSheet
      key={errand.id}
      session={session}
      errand={errand}
      armKey={held.key}
      home={held.home}
      onEnrol={() => setEnrolling(errand.station)}
      onLeave={() => onErrand(undefined)}
    />
  )
}
