/** What of a pre-command is not what the request asked for. Whoever sees one does not sign. */
export const mismatches = {
  RequestUnreadable: 'the request cannot be read',
  PreCommandUnreadable: 'the pre-command cannot be read',
  Originator: 'the pre-command speaks for someone else',
  Target: 'the pre-command is for another device',
  Counter: 'the pre-command carries another counter',
  MessageCode: 'the pre-command is another use case',
  Controller: 'the pre-command is for another controller',
  Direction: 'the pre-command is for the other direction',
  Level: 'the pre-command sets another level',
  OffsetLimit: 'the pre-command sets another longest random offset',
  FirmwareHash: 'the pre-command activates another firmware',
  Floor: 'the pre-command sets another floor of counters',
  TopUpFloor: 'the pre-command sets another floor of counters of top-ups',
  SigningCertificate: 'the pre-command installs another certificate for signatures',
  AgreementCertificate: 'the pre-command installs another certificate for key agreement',
  TopUpCertificate: 'the pre-command installs another certificate for top-ups',
  Path: 'the pre-command carries other certificates of the path',
  TimeChecks: 'the pre-command has the periods of certificates checked otherwise',
  Start: 'the pre-command starts at another time',
  End: 'the pre-command ends at another time',
  SpecialDays: 'the pre-command names other special days',
  Schedules: 'the pre-command sets other schedules',
  Execution: 'the pre-command is to be carried out at another time',
  TariffVersion: 'the pre-command carries another version of the tariff',
  Seasons: 'the pre-command sets other seasons of a tariff',
  Weeks: 'the pre-command sets other weeks of a tariff',
  Days: 'the pre-command sets other days of a tariff',
  Thresholds: 'the pre-command sets other thresholds of blocks',
  StandingCharge: 'the pre-command sets another standing charge',
  Prices: 'the pre-command carries other prices',
  Document: 'the pre-command carries another tariff document',
} as const
export type Mismatch = keyof typeof mismatches

/** What a request asks for, or a pre-command says, reduced to text that can be compared. */
export type Facts = Readonly<Partial<Record<Mismatch, string>>>
