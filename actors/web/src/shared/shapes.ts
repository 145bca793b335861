import type {
  FeederDayShown,
  FeedersShown,
  FeederSumsShown,
  Happening,
  HoursState,
  KnownGuest,
  OpenDataRows,
} from '@interlock/contract'

/** One charger as the console shows it; times in ms since 1970. Parsed at the door from the CSMS. */
export type StationRow = {
  readonly stationId: string
  readonly place: string
  readonly ratingWatts: number
  readonly connected: boolean
  /** Register entry: `supervised` (it gates commands itself) or `standard` (it only knows OCPP). */
  readonly trustMode: string
  /** How the CSMS knows it: `certificate`, `password`, `firstContact` or `none`. */
  readonly identifiedBy: string
  readonly state: string
  /** Reason code; the sentence is made from it. */
  readonly why: string
  readonly until: number | undefined
  readonly powerWatts: number
  readonly setPointWatts: number
  readonly energyWattHours: number
  /** What the transaction costs so far, or the last one has cost; in the currency. */
  readonly cost:
    { readonly totalCost: number; readonly currency: string; readonly final: boolean } | undefined
  readonly override:
    | {
        readonly action: string
        readonly until: number | undefined
        /** `arm`: the owner from afar; `gesture`: someone at the charger. */
        readonly by: string
      }
    | undefined
  readonly goal: { readonly departure: number; readonly energyWattHours: number } | undefined
  readonly waitingFor: string | undefined
  /** The latest command that came to nothing here. */
  readonly refused:
    { readonly at: number; readonly action: string; readonly reason: string } | undefined
  readonly hasLlcs: boolean
  /** Whether the signed-in person lives there. */
  readonly own: boolean
}

/** `GET /api/street`, and `street` events with what has changed. */
export type Street = {
  readonly at: number
  readonly stations: readonly StationRow[]
}

/** `loads` event: what was drawn before, oldest first. */
export type LoadHistory = readonly { readonly at: number; readonly watts: number }[]

/** A charger that came and was kept out. */
export type KnockRow = {
  readonly id: string
  readonly times: number
  readonly lastAt: number
  /** Why, the last time; the CSMS's words. */
  readonly reason: string
  /** Under which it came. */
  readonly securityProfile: number | undefined
  /** Those for which the CSMS listens. */
  readonly securityProfiles: readonly number[]
  /** What the supervisor's register says of it, where it has it. */
  readonly register:
    { readonly trustMode: string; readonly eui: string; readonly ratingWatts: number } | undefined
  /** Why it cannot be adopted as it is. */
  readonly barred: { readonly reason: string; readonly detail: string } | undefined
}

/** `GET /api/knocks`: the latest first, and whether there are more. */
export type Knocks = { readonly knocks: readonly KnockRow[]; readonly more: boolean }

export type TariffPrice = { readonly from: number; readonly pencePerKilowattHour: number }

/** `GET /api/homes/STATION/hours`: what the charger says, times in ms since 1970. */
export type HoursTold = HoursState

/** `GET /api/homes/STATION/guests`. */
export type GuestTold = KnownGuest

/** `GET /api/feeders`; `at` is world time. */
export type Feeders = FeedersShown & { readonly at: number }

/** `GET /api/feeders/GROUP` */
export type Feeder = {
  readonly at: number
  readonly day: FeederDayShown
  /** Absent where the chargers are not summed. */
  readonly sums: FeederSumsShown | undefined
}

/** `GET /api/open-data`; `null` where nobody publishes. */
export type PublishedData = { readonly openData: OpenData | null }
export type OpenData = {
  readonly groupMin: number
  /** Newest first, each of at least so many homes. */
  readonly rows: OpenDataRows['items']
  /** Rows that the publisher had of fewer: not shown. */
  readonly below: number
}

export type { Happening }

/** `GET /api/session` on the console. */
export type ConsoleSession = {
  readonly login: 'builtIn' | 'oidc'
  readonly timeZone: string
  readonly now: number
  readonly armOrigin: string
  readonly attack?: { readonly controls: 'on' | 'off' }
  /** The chargers' hardware is simulated and can be pressed from here, by the lab. */
  readonly simulated: boolean
  /** A distribution operator's feeders can be shown. */
  readonly feeders: boolean
  readonly person?: PersonView
  readonly csrf?: string
}
export type PersonView = {
  readonly name: string
  readonly roles: readonly string[]
}

/** What the lab's attack found out; `POST /api/attack`. */
export type AttackResult = {
  readonly controls: 'on' | 'off'
  readonly commandsSent: number
  /** Without a second party. */
  readonly commandsApplied: number
  readonly countersignedStepWatts: number
  readonly budgetWatts: number
  readonly loadStepWatts: number
  readonly loadBeforeWatts: number
  readonly loadAfterWatts: number
  readonly refusals: Readonly<Record<string, number>>
  /** Until when every answer to a charger is changed or held back as well. */
  readonly answersUntil?: number
}

/** `GET /api/session` on the arm origin. */
export type ArmSession = {
  readonly login: 'builtIn' | 'oidc'
  readonly timeZone: string
  /** World time, for the windows asked for. */
  readonly now: number
  readonly consoleOrigin: string
  /** The chargers' hardware is simulated: their buttons are on the console. */
  readonly simulated: boolean
  /** Of the code that signs, hex, as the firmware register names it. */
  readonly moduleSha256: string
  readonly person?: PersonView
  readonly csrf?: string
}

export type ArmAction = 'charge' | 'stop'

/** What the console handed over: a proposal, which the person changes or signs on the arm page. */
export type Errand = {
  readonly id: string
  readonly station: string
  readonly action: ArmAction
  readonly until: number | undefined
}
