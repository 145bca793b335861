import type { ArmStore, PinnedHome } from '@interlock/arm'
import { useEffect, useState } from 'preact/hooks'
import { get, post, sentenceOfError } from '../page/api.ts'
import { Notice } from '../page/notice.tsx'
import type { ArmAction, Errand } from '../shared/shapes.ts'
import { useHeading } from './use-heading.ts'

/** The person's homes, and whether this device is enrolled there. */
export function Homes(props: {
  store: ArmStore
  onErrand: (errand: Errand) => void
  onEnrol: (station: string) => void
  onDevices: (station: string) => void
  onHours: (station: string) => void
  onGuests: (station: string) => void
}) {
  const { store, onErrand, onEnrol, onDevices, onHours, onGuests } = props
  const heading = useHeading()
  const [homes, setHomes] = useState<readonly PinnedHome[]>()
  const [enrolled, setEnrolled] = useState<ReadonlySet<string>>(new Set())
  const [told, setTold] = useState('')
  const load = async (): Promise<void> => {
    const found = await get<readonly PinnedHome[]>('/api/homes')
    const pinned = await Promise.all(found.map((each) => store.home(each.station)))
    setEnrolled(new Set(pinned.flatMap((each) => (each === undefined ? [] : [each.station]))))
    setHomes(found)
  }
  const attempt = (work: Promise<unknown>) =>
    work.catch((error: unknown) => setTold(sentenceOfError(error)))
  useEffect(() => void attempt(load()), [])
  const ask = async (station: string, action: ArmAction): Promise<void> =>
    onErrand(await post<Errand>('/api/errands', { station, action }))
  const forget = async (): Promise<void> => {
    await store.forget()
    await load()
    setTold('This device has forgotten its key. It can sign nothing until it is enrolled again.')
  }
  return (
    <div class="sheet">
      <h1 ref={heading} tabIndex={-1}>
        What this device may sign for
      </h1>
      <ul class="homes">
        {(homes ?? []).map((home) => (
          <li key={home.station}>
            <span>{home.place}</span>
            {enrolled.has(home.station) ? (
              <div class="row">
                <button
                  type="button"
                  aria-label={`Charge now at ${home.place}`}
                  onClick={() => void attempt(ask(home.station, 'charge'))}
                >
                  Charge now
                </button>
                <button
                  type="button"
                  aria-label={`Stop at ${home.place}`}
                  onClick={() => void attempt(ask(home.station, 'stop'))}
                >
                  Stop
                </button>
                <button
                  type="button"
                  class="quiet"
                  aria-label={`Devices that may sign for ${home.place}`}
                  onClick={() => onDevices(home.station)}
                >
                  Devices
                </button>
                <button
                  type="button"
                  class="quiet"
                  aria-label={`Charging hours of ${home.place}`}
                  onClick={() => onHours(home.station)}
                >
                  Hours
                </button>
                <button
                  type="button"
                  class="quiet"
                  aria-label={`Guests at ${home.place}`}
                  onClick={() => onGuests(home.station)}
                >
                  Guests
                </button>
              </div>
            ) : (
              <button
                type="button"
                aria-label={`Enrol this device at ${home.place}`}
                onClick={() => onEnrol(home.station)}
              >
                Enrol this device
              </button>
            )}
          </li>
        ))}
      </ul>
      {homes?.length === 0 && <p>No home is yours here.</p>}
      {enrolled.size > 0 && (
        <div>
          <button type="button" class="danger" onClick={() => void attempt(forget())}>
            Forget this device’s key
          </button>
        </div>
      )}
      <Notice text={told} kind="done" />
    </div>
  )
}
