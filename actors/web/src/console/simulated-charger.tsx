import { post, sentenceOfError } from '../page/api.ts'
import type { StationRow } from '../shared/shapes.ts'
import type { ToldResult } from './console.tsx'

type Button = 'start' | 'stop' | 'pair'
const buttons: readonly (readonly [Button, string])[] = [
  ['pair', 'Pair'],
  ['start', 'Start'],
  ['stop', 'Stop'],
]

/** Lab only: what one would press standing at the charger, whose hardware is simulated. */
export function SimulatedCharger(props: { row: StationRow; onTold: (result: ToldResult) => void }) {
  const { row, onTold } = props
  const press = async (button: Button, name: string): Promise<void> => {
    try {
      const path = `/api/simulated/${encodeURIComponent(row.stationId)}/press`
      const { display } = await post<{ display: string }>(path, { button })
      const shows = display === '' ? '' : ` Its display shows ${display}`
      onTold({ text: `${name} was pressed at ${row.place}.${shows}`, kind: 'done' })
    } catch (error) {
      onTold({ text: sentenceOfError(error), kind: 'problem' })
    }
  }
  return (
    <fieldset class="simulated">
      <legend>Buttons at the charger (simulated)</legend>
      <div class="row">
        {buttons.map(([button, name]) => (
          <button
            key={button}
            type="button"
            aria-label={`Press ${name} at the charger of ${row.place}`}
            onClick={() => void press(button, name)}
          >
            {name}
          </button>
        ))}
      </div>
    </fieldset>
  )
}
