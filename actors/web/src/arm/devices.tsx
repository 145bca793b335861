import {
  fromBase64,
  ownerEui,
  signRevocation,
  toBase64,
  type ArmKey,
  type PinnedHome,
} from '@interlock/arm'
import { useEffect, useState } from 'preact/hooks'
import { Notice } from '../page/notice.tsx'
import { useHeading } from './use-heading.ts'
import { useTold } from './use-told.ts'
import { WordSheet } from './word-sheet.tsx'

/** An owner's key at a charger. The name is worked out here from the key, not told by a server. */
type Device = { readonly spki: string; readonly name: string; readonly own: boolean }

/** The devices that may sign for a home, and the way to take a lost one out. */
export function Devices(props: { armKey: ArmKey; home: PinnedHome; onLeave: () => void }) {
  const { armKey, home, onLeave } = props
  const heading = useHeading()
  const { told, problem, load } = useTold<{ keys: readonly string[] }>(home, 'owner-keys')
  const [devices, setDevices] = useState<readonly Device[]>()
  const [lost, setLost] = useState<Device>()
  const [done, setDone] = useState('')
  useEffect(() => {
    if (told !== undefined) void devicesOf(told.keys, armKey).then(setDevices)
  }, [told])
  const leaveSheet = (): void => {
    setLost(undefined)
    heading.current?.focus()
  }
  const revoked = async ({ name }: Device): Promise<void> => {
    leaveSheet()
    setDone(`${home.place} does not know device ${name} any more.`)
    await load()
  }
  const known = devices?.some(({ own }) => own) ?? false
  return (
    <div class="sheet">
      <h1 ref={heading} tabIndex={-1}>
        Devices that may sign for {home.place}
      </h1>
      {devices === undefined && problem === '' && <p class="soft">Asking the charger…</p>}
      {devices !== undefined && !known && (
        <p>The charger does not know this device any more. Enrol it again to sign or to revoke.</p>
      )}
      <ul class="homes" data-testid="devices">
        {(devices ?? []).map((each) => (
          <li key={each.spki}>
            <span>
              <span class="bytes">{each.name}</span>
              {each.own && <strong> this device</strong>}
            </span>
            {known && !each.own && (
              <button
                type="button"
                class="danger"
                aria-label={`Revoke device ${each.name}`}
                disabled={lost !== undefined}
                onClick={() => {
                  setDone('')
                  setLost(each)
                }}
              >
                Revoke
              </button>
            )}
          </li>
        ))}
      </ul>
      <p class="soft">Each device shows its own name on this page, marked “this device”.</p>
      {lost && (
        <WordSheet
          key={lost.spki}
          home={home}
          sentence={`Device ${lost.name} is lost: nothing that it signs moves anything at ${home.place} any more.`}
          testId="revocation-sentence"
          yes="Sign and revoke"
          no="Keep it"
          isDanger
          sign={(at) => signRevocation(lost.spki, home.stationEui, at, armKey)}
          to="/api/owner-key-revocations"
          onDone={() => void revoked(lost)}
          onKeep={leaveSheet}
        >
          <p class="soft">
            What it has started already goes on to its end, or until you press Stop. It comes back
            only with a new code from the charger.
          </p>
        </WordSheet>
      )}
      <Notice text={problem === '' ? done : problem} kind={problem === '' ? 'done' : 'problem'} />
      <p>
        <button type="button" class="quiet" onClick={onLeave}>
          All homes
        </button>
      </p>
    </div>
  )
}

const devicesOf = (keys: readonly string[], key: ArmKey): Promise<readonly Device[]> => {
  const own = toBase64(key.spki)
  return Promise.all(
    keys.map(async (spki) => ({
      spki,
      name: await ownerEui(fromBase64(spki)),
      own: spki === own,
    })),
  )
}
