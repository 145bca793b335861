import { feederSumRules } from '@interlock/contract'
import { eui64, stationId } from '@interlock/kernel'
import { memoryJournal } from '@interlock/topics/topics.fixture'
import type { StationView } from '../core/view.ts'
import { vehicle } from './street.fixture.ts'
import { openToldSets } from './told-sets.ts'

/** A charger that says whether it is in a sum, and what it draws. */
export function reporting(number: number, powerWatts: number | undefined, isSummed = false) {
  const two = String(number).padStart(2, '0')
  const view: StationView = vehicle(number, {
    stationId: stationId(`CS-${two}`),
    eui: eui64(`00-00-00-00-00-00-00-${two}`),
  })
  const said = { state: 'Charging', why: null, until: null, setPointWatts: null, powerWatts: null }
  view.report = { ...said, override: null, waitingFor: null, refused: null, isSummed }
  view.powerWatts = powerWatts
  return view
}
export const keyed = (views: readonly StationView[]) =>
  new Map(views.map((view) => [view.record.stationId, view]))

/** By the rules in force. */
export const toldSets = (journal = memoryJournal()) => openToldSets(journal, feederSumRules)
