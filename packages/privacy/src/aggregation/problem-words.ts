import type { RoundProblem } from './feeder-round.ts'
import type { RosterProblem } from './roster.ts'

/** Why a feeder has no sum, for its operator's people. */
export const sumProblemWords: Readonly<
  Record<RoundProblem | RosterProblem | 'RosterTooNew', string>
> = {
  RosterTooSmall: 'too few chargers have said a key for a sum to hide each home',
  RosterTooLarge: 'more chargers are on the feeder than one sum can be of',
  RosterTooNew: 'the list of chargers has changed, and sums of the list before are still too near',
  RosterMalformed: 'the list of chargers is not in order',
  SumOverflows: 'the greatest possible sum is too large to be masked',
  GroupTooSmall: 'too few chargers sent a reading for their sum to hide each home',
  DifferenceTooSmall:
    'taken from a sum that was told before, it would tell what too few homes drew',
  HistoryTooLong: 'too many different sets of chargers were summed within an hour',
  SetMalformed: 'the set of chargers is not of the roster',
  UnmaskingMissing:
    'some chargers did not unmask their readings: they are away, or they refuse a sum that would tell of too few homes',
  SumImplausible: 'a charger masked wrongly: the sum is beyond what all of them could draw',
  RoundOther: 'a message was of another round',
  RoundOpen: 'the round ended before its set was named',
  RoundClosed: 'a reading came after the set was named',
  NotInRoster: 'a reading came from a charger that is not of the roster',
  NotPresent: 'a charger that is not of the set unmasked',
  Repeated: 'a charger spoke twice in one round',
}
