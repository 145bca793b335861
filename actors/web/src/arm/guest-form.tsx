import type { Guest } from '@interlock/arm'
import { useState } from 'preact/hooks'

const dayMillis = 86_400_000
const energiesKilowattHours = [5, 10, 20, 40, 80]
const spans: readonly (readonly [name: string, days: number])[] = [
  ['a day', 1],
  ['a week', 7],
  ['a month', 30],
  ['a year', 365],
]

/** A card, whose it is, how much, for how long, and who pays. */
export function GuestForm(props: {
  disabled: boolean
  /** World time. */
  now: number
  onGuest: (guest: Guest) => void
}) {
  const { disabled, now, onGuest } = props
  const [uid, setUid] = useState('')
  const [name, setName] = useState('')
  const [energy, setEnergy] = useState(20)
  const [days, setDays] = useState(1)
  const [issuer, setIssuer] = useState('')
  const [contractId, setContractId] = useState('')
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault()
        onGuest({
          uid: uid.toUpperCase(),
          name: name.trim(),
          wattHours: energy * 1_000,
          until: Math.floor(now) + days * dayMillis,
          payer: issuer === '' ? null : { issuer: issuer.toUpperCase(), contractId },
        })
      }}
    >
      <fieldset class="stack" disabled={disabled}>
        <legend>Allow a card to charge</legend>
        <Text
          label="Number of the card"
          pattern="([0-9A-Fa-f]{8}|[0-9A-Fa-f]{14}|[0-9A-Fa-f]{20})"
          onText={setUid}
        />
        <Text label="Whose it is" pattern=".*\S.*" onText={setName} />
        <label>
          Altogether
          <select onChange={(event) => setEnergy(Number(event.currentTarget.value))}>
            {energiesKilowattHours.map((each) => (
              <option key={each} value={each} selected={each === energy}>
                {`${each} kWh`}
              </option>
            ))}
          </select>
        </label>
        <label>
          For
          <select onChange={(event) => setDays(Number(event.currentTarget.value))}>
            {spans.map(([words, each]) => (
              <option key={each} value={each} selected={each === days}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <Text
          label="Provider that pays, such as GB*INT (empty: you)"
          pattern="[A-Za-z]{2}\*[A-Za-z0-9]{3}"
          optional
          onText={setIssuer}
        />
        {issuer !== '' && (
          <Text label="By its contract" pattern="[!-~]{1,36}" onText={setContractId} />
        )}
      </fieldset>
      <button type="submit" disabled={disabled}>
        Allow
      </button>
    </form>
  )
}

function Text(props: {
  label: string
  pattern: string
  optional?: boolean
  onText: (text: string) => void
}) {
  const { label, pattern, optional = false, onText } = props
  return (
    <label>
      {label}
      <input
        type="text"
        required={!optional}
        maxLength={64}
        pattern={pattern}
        onInput={(event) => onText(event.currentTarget.value)}
      />
    </label>
  )
}
