import { useCallback, useEffect, useState } from 'preact/hooks'
import { get, post, sentenceOfError } from '../page/api.ts'
import { tellKnock, type Telling } from '../sentences.ts'
import type { KnockRow, Knocks as Known } from '../shared/shapes.ts'
import type { ToldResult } from './console.tsx'

const lookMillis = 10_000

/** Operators only: who came and is kept out, why, and one button to let it in. */
export function Knocks(props: { telling: Telling; onTold: (result: ToldResult) => void }) {
  const { onTold } = props
  const [known, setKnown] = useState<Known>()
  const look = useCallback(async () => {
    try {
      setKnown(await get<Known>('/api/knocks'))
    } catch (error) {
      onTold({ text: sentenceOfError(error), kind: 'problem' })
    }
  }, [onTold])
  useEffect(() => {
    void look()
    const looking = setInterval(() => void look(), lookMillis)
    return () => clearInterval(looking)
  }, [look])
  const adopt = async (id: string, said: object): Promise<void> => {
    try {
      await post(`/api/knocks/${encodeURIComponent(id)}/adoption`, said)
      onTold({ text: `${id} is adopted: it is let in when it comes again.`, kind: 'done' })
    } catch (error) {
      onTold({ text: sentenceOfError(error), kind: 'problem' })
    }
    await look()
  }
  if (known === undefined) return null
  return (
    <section aria-labelledby="knocks" data-testid="knocks">
      <h2 id="knocks">Knocking</h2>
      <p class="soft">
        {known.knocks.length === 0
          ? 'No unknown charger has come.'
          : 'These came and are kept out until you adopt them.'}
        {known.more && ' Only the latest are shown; the command line has all.'}
      </p>
      <ul>
        {known.knocks.map((knock) => (
          <Knock key={knock.id} knock={knock} telling={props.telling} onAdopt={adopt} />
        ))}
      </ul>
    </section>
  )
}

function Knock(props: {
  knock: KnockRow
  telling: Telling
  onAdopt: (id: string, said: object) => Promise<void>
}) {
  const { knock, telling, onAdopt } = props
  const { what, when, mode } = tellKnock(knock, telling)
  return (
    <li class="charger" data-testid={`knock-${knock.id}`}>
      <div class="said">
        <h3>{knock.id}</h3>
        <p class="what">{what}</p>
        <p class="soft">{when}</p>
        <p class={knock.barred === undefined ? '' : 'warned'}>{mode}</p>
      </div>
      {knock.barred === undefined && <Adopt knock={knock} onAdopt={onAdopt} />}
    </li>
  )
}

/** The trust mode is the register's; how a standard charger proves who it is the operator says. */
function Adopt(props: { knock: KnockRow; onAdopt: (id: string, said: object) => Promise<void> }) {
  const { id, register, securityProfile = 2, securityProfiles } = props.knock
  const trustMode = register?.trustMode ?? ''
  const standard = trustMode === 'standard'
  const [profile, setProfile] = useState(securityProfile)
  const [busy, setBusy] = useState(false)
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    const password = new FormData(event.currentTarget as HTMLFormElement).get('password')
    setBusy(true)
    const proof = profile === 3 ? {} : { password }
    await props.onAdopt(id, {
      trustMode,
      ...(standard ? { securityProfile: profile, ...proof } : {}),
    })
    setBusy(false)
  }
  return (
    <form class="row departure" onSubmit={(event) => void submit(event)}>
      {standard && (
        <label>
          Security profile
          <select
            value={`${profile}`}
            onChange={(event) => setProfile(Number(event.currentTarget.value))}
          >
            {securityProfiles.map((each) => (
              <option key={each} value={`${each}`}>
                {profileWords[each - 1]}
              </option>
            ))}
          </select>
        </label>
      )}
      {standard && profile !== 3 && (
        <label>
          Its password
          <input
            type="password"
            name="password"
            autocomplete="off"
            required
            minLength={16}
            maxLength={40}
          />
        </label>
      )}
      <button type="submit" disabled={busy} aria-label={`Adopt as ${trustMode}: ${id}`}>
        Adopt as {trustMode}
      </button>
    </form>
  )
}

const profileWords = ['1: password, no TLS', '2: password, TLS', '3: certificate'] as const
