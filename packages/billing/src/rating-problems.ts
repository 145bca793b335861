/**
 * Who has to answer for it. `operator` is the CPO that sent the record, also where another may have
 * done it on the way: it vouches for what it sends. `meter` is what the meter itself has signed.
 */
export type AtFault = 'operator' | 'meter' | 'provider'
export type RatingProblemRow = { readonly atFault: AtFault; readonly words: string }

/** Every reason for which a record is not billed. */
export const ratingProblems = {
  SignedDataMissing: { atFault: 'operator', words: 'the record has no signed readings' },
  EncodingUnknown: { atFault: 'operator', words: 'the readings are signed in another format' },
  EvseOther: {
    atFault: 'operator',
    words: 'the charging point is not, by its EVSE-ID, of the operator that sends the record',
  },
  MeterUnregistered: {
    atFault: 'operator',
    words: 'the register has no meter for this charging point at that time',
  },
  KeySwapped: {
    atFault: 'operator',
    words: 'the key that came with the readings is not the one of the registered meter',
  },
  RecordUnreadable: { atFault: 'operator', words: 'a signed reading cannot be read' },
  SignatureInvalid: {
    atFault: 'operator',
    words: 'a reading was changed after the meter had signed it',
  },
  PlainDataDiffers: {
    atFault: 'operator',
    words: 'the readable text of a reading is not what was signed',
  },
  MeterOther: { atFault: 'operator', words: 'a reading is from another meter' },
  DriverOther: { atFault: 'operator', words: 'the session was begun with another token' },
  DriverUnknown: {
    atFault: 'operator',
    words:
      'the readings name nobody, and nobody was authorised then under the reference of the record',
  },
  ReferenceUnknown: {
    atFault: 'operator',
    words: 'the driver was not authorised under the reference of the record',
  },
  ReferenceUsed: {
    atFault: 'operator',
    words: 'another charge has been billed under the reference of the record',
  },
  AuthorisationMissing: {
    atFault: 'operator',
    words: 'the contract is to be asked about each time, and nobody asked while it charged',
  },
  StartMissing: { atFault: 'operator', words: 'the reading of the beginning is missing' },
  EndMissing: { atFault: 'operator', words: 'the reading of the end is missing' },
  PageMissing: { atFault: 'operator', words: 'a reading between beginning and end was left out' },
  PageRepeated: { atFault: 'operator', words: 'a reading occurs twice' },
  SessionsMixed: { atFault: 'operator', words: 'the readings are of more than one session' },
  SessionReplayed: { atFault: 'operator', words: 'these readings have been billed before' },
  RecordReplayed: { atFault: 'operator', words: 'a record of this name has been billed before' },
  ReceiptUnreadable: { atFault: 'operator', words: "a vehicle's receipt cannot be read" },
  ReceiptInvalid: {
    atFault: 'operator',
    words: "a receipt is not signed by the vehicle of the driver's contract",
  },
  ReceiptOther: {
    atFault: 'operator',
    words: 'the vehicle has confirmed a reading that is not among these',
  },
  ReceiptMissing: {
    atFault: 'operator',
    words: 'the vehicle confirms what it is shown, and its word on beginning or end is left out',
  },
  NotConsumption: {
    atFault: 'operator',
    words: 'the readings are not of energy that was taken, or do not say that they are',
  },
  TimesDiffer: { atFault: 'operator', words: 'the times of the record are not those signed' },
  EnergyDiffers: { atFault: 'operator', words: 'the energy of the record is not the one signed' },
  PeriodsDiffer: { atFault: 'operator', words: 'the periods do not add up to the energy' },
  CostDiffers: { atFault: 'operator', words: 'the cost is not that of the agreed tariff' },

  ReadingMalformed: { atFault: 'meter', words: 'the meter signed a reading without value or time' },
  ReadingFalls: { atFault: 'meter', words: "the meter's register went backwards" },
  ReadingImplausible: {
    atFault: 'meter',
    words: 'the meter counted more than the charging point can deliver in that time',
  },
  ReceiptDiffers: {
    atFault: 'meter',
    words: 'the vehicle was shown another reading than the one that was signed',
  },
  MeterFaulty: { atFault: 'meter', words: 'the meter itself says that the reading is wrong' },
  TimeUnknown: {
    atFault: 'meter',
    words: 'time is to be paid, and the clock of the meter was not set',
  },

  CreditUnsupported: {
    atFault: 'provider',
    words: 'the record takes back what was billed, and we do not compute that yet',
  },
  TariffUnsupported: {
    atFault: 'provider',
    words: 'the agreed tariff has rules that we do not compute yet',
  },
} as const satisfies Record<string, RatingProblemRow>

export type RatingProblem = keyof typeof ratingProblems
export const ratingProblemRow = (reason: RatingProblem): RatingProblemRow => ratingProblems[reason]
