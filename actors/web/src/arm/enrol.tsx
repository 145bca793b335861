import {
  createArmKey,
  normaliseCode,
  ownerKeyMac,
  toBase64,
  type ArmStore,
  type PinnedHome,
} from '@interlock/arm'
import { useEffect, useState } from 'preact/hooks'
import { get, post, sentenceOfError } from '../page/api.ts'
import { Notice } from '../page/notice.tsx'
import { useHeading } from './use-heading.ts'

/** Makes this device's key known to a charger, by the code that the charger shows. */
export function Enrol(props: {
  station: string
  store: ArmStore
  /** Where the buttons of a simulated charger are. */
  buttonsAt: string | undefined
  onDone: () => void
}) {
  const { station, store, buttonsAt, onDone } = props
  const heading = useHeading()
  const [home, setHome] = useState<PinnedHome>()
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    get<readonly PinnedHome[]>('/api/homes').then(
      (homes) => setHome(homes.find((each) => each.station === station)),
      (error: unknown) => setProblem(sentenceOfError(error)),
    )
  }, [station])
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    if (home === undefined) return
    setBusy(true)
    setProblem('')
    try {
      await enrol(`${form.get('code')}`, home, store)
      onDone()
    } catch (error) {
      setProblem(sentenceOfError(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form class="sheet" onSubmit={(event) => void submit(event)}>
      <h1 ref={heading} tabIndex={-1}>
        Enrol this device{home === undefined ? '' : ` at ${home.place}`}
      </h1>
      <p>
        The charger does not know this device yet. Press <strong>Pair</strong> at the charger; it
        shows a code for ten minutes. The key made here never leaves this browser.
      </p>
      {buttonsAt !== undefined && (
        <p class="soft">
          This charger is simulated: its <strong>Pair</strong> button is{' '}
          <a href={buttonsAt} target="_blank" rel="noreferrer">
            on the street page (opens beside this one)
          </a>
          , under <strong>More</strong>. Bring the code back here.
        </p>
      )}
      <label>
        Code at the charger
        <input
          class="code"
          name="code"
          required
          minLength={6}
          maxLength={40}
          autocomplete="one-time-code"
          autocapitalize="characters"
          spellcheck={false}
        />
      </label>
      <div class="row">
        <button class="primary" type="submit" disabled={busy || home === undefined}>
          Enrol this device
        </button>
      </div>
      <Notice text={problem} kind="problem" />
    </form>
  )
}

/** The charger decides; only then is anything kept. */
async function enrol(code: string, home: PinnedHome, store: ArmStore): Promise<void> {
  const key = (await store.key()) ?? (await createArmKey())
  const mac = await ownerKeyMac(normaliseCode(code), home.stationEui, key.spki)
  await post('/api/owner-keys', {
    station: home.station,
    spki: toBase64(key.spki),
    mac: toBase64(mac),
  })
  await store.keepKey(key)
  await store.keepHome(home)
}
