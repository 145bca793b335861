import { post, sentenceOfError } from '../page/api.ts'
import type { Telling } from '../sentences.ts'
import type { StationRow } from '../shared/shapes.ts'
import type { ToldResult } from './console.tsx'
import { localTime, nextLocalTime } from './local-time.ts'

/** When the car must be ready and how much it needs: the plan follows. */
export function Departure(props: {
  row: StationRow
  telling: Telling
  onTold: (result: ToldResult) => void
}) {
  const { row, telling, onTold } = props
  const { now, timeZone } = telling
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const departure = nextLocalTime(`${form.get('time')}`, now, timeZone)
    const energyWattHours = Math.round(Number(form.get('energy')) * 1000)
    try {
      if (departure === undefined) throw new Error('no time')
      await post(`/api/stations/${encodeURIComponent(row.stationId)}/goal`, {
        departure: new Date(departure).toISOString(),
        energyWattHours,
      })
      const by = localTime(departure, timeZone)
      onTold({ text: `${row.place} will be ready by ${by}.`, kind: 'done' })
    } catch (error) {
      onTold({ text: sentenceOfError(error), kind: 'problem' })
    }
  }
  const time = row.goal === undefined ? '07:00' : localTime(row.goal.departure, timeZone)
  const energy = row.goal === undefined ? 20 : row.goal.energyWattHours / 1000
  return (
    <form class="row departure" onSubmit={(event) => void submit(event)}>
      <label>
        Ready by
        <input type="time" name="time" required defaultValue={time} />
      </label>
      <label>
        Energy, kWh
        <input
          type="number"
          name="energy"
          required
          min={1}
          max={200}
          step={1}
          defaultValue={`${energy}`}
        />
      </label>
      <button type="submit">Set departure</button>
    </form>
  )
}
