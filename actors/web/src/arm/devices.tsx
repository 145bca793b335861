import {
  fromBase64,
  ownerEui,
  signRevocation,
  toBase64,
  type ArmKey,
  type PinnedHome,
} from '@interlock/arm'
import { useEffect, useState } from 'preact/hooks'
import { get, post, sentenceOfError } from '../page/api.ts'
import { Notice } from '../page/notice.tsx'
import type { ArmSession } from '../shared/shapes.ts'
import { useHeading } from './use-heading.ts'

/** An owner's key at a charger. The name is worked out here from the key, not told by a server. */
type Device = { readonly spki: string; readonly name: string; readonly own: boolean }

/** The devices that may sign for a home, and the way to take a lost one out. */
export function Devices(props: { armKey: ArmKey; home: PinnedHome; onLeave: () => void }) {
  const { armKey, home, onLeave } = props
  const heading = useHeading()
  const [devices, setDevices] = useState<readonly Device[]>()
  const [lost, setLost] = useState<Device>()
  const [told, setTold] = useState<{ text: string; kind: 'done' | 'problem' }>()
  const load = async (): Promise<void> => {
    try {
      setDevices(await devicesAt(home, armKey))
    } catch (error) {
      setTold({ text: sentenceOfError(error), kind: 'problem' })
    }
  }
  useEffect(() => void load(), [])
  const leaveSheet = (): void => {
    setLost(undefined)
    heading.current?.focus()
  }
  const revoked = async ({ name }: Device): Promise<void> => {
    leaveSheet()
    setTold({ text: `${home.place} does not know device ${name} any more.`, kind: 'done' })
    await load()
  }
  const known = devices?.some(({ own }) => own) ?? false
  return (
    <div class="sheet">
      <h1 ref={heading} tabIndex={-1}>
        Devices that may sign for {home.place}
      </h1>
      {devices === undefined && told === undefined && <p class="soft">Asking the charger…</p>}
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
                  setTold(undefined)
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
        <RevokeSheet
          key={lost.spki}
          lost={lost}
          armKey={armKey}
          home={home}
          onDone={() => void revoked(lost)}
          onKeep={leaveSheet}
        />
      )}
      <Notice text={told?.text ?? ''} kind={told?.kind ?? 'done'} />
      <p>
        <button type="button" class="quiet" onClick={onLeave}>
          All homes
        </button>
      </p>
    </div>
  )
}

/** Says what will happen, and signs it on the person's gesture. */
function RevokeSheet(props: {
  lost: Device
  armKey: ArmKey
  home: PinnedHome
  onDone: () => void
  onKeep: () => void
}) {
  const { lost, armKey, home, onDone, onKeep } = props
  const heading = useHeading()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  const revoke = async (): Promise<void> => {
    setBusy(true)
    setProblem('')
    try {
      // World time; the charger takes a revocation for a few minutes only.
      const { now } = await get<ArmSession>('/api/session')
      const signed = await signRevocation(lost.spki, home.stationEui, Math.floor(now), armKey)
      await post('/api/owner-key-revocations', { station: home.station, ...signed })
      onDone()
    } catch (error) {
      setProblem(sentenceOfError(error))
      setBusy(false)
    }
  }
  return (
    <div class="paper refused">
      <h2 ref={heading} tabIndex={-1}>
        You are about to sign:
      </h2>
      <p class="asked" data-testid="revocation-sentence">
        Device {lost.name} is lost: nothing that it signs moves anything at {home.place} any more.
      </p>
      <p class="soft">
        What it has started already goes on to its end, or until you press Stop. It comes back only
        with a new code from the charger.
      </p>
      <div class="row">
        <button type="button" class="danger big" disabled={busy} onClick={() => void revoke()}>
          Sign and revoke
        </button>
        <button type="button" class="big" disabled={busy} onClick={onKeep}>
          Keep it
        </button>
      </div>
      <Notice text={problem} kind="problem" />
    </div>
  )
}

async function devicesAt(home: PinnedHome, key: ArmKey): Promise<readonly Device[]> {
  const path = `/api/homes/${encodeURIComponent(home.station)}/owner-keys`
  const { keys } = await get<{ keys: readonly string[] }>(path)
  const own = toBase64(key.spki)
  return Promise.all(
    keys.map(async (spki) => ({
      spki,
      name: await ownerEui(fromBase64(spki)),
      own: spki === own,
    })),
  )
}
