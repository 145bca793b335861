import type { NoDayAhead } from './day-ahead.ts'

/** Why providers are told nothing, in words. */
export const dayProblemWords: Readonly<Record<NoDayAhead | 'HistoryUnreadable', string>> = {
  HistoryStale:
    'a day has passed since the last load that is known, so nothing forecast from it counts any more',
  HistoryAhead: 'the history of its load speaks of a time that is still to come',
  HistoryTooShort:
    'the history of its load is too short to tell the load, or how wrong a forecast of it may be',
  HistoryUnreadable: 'the history of its load cannot be read',
}
