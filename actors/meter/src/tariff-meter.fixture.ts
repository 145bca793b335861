import {
  addMac,
  decodeAlert,
  decodeResponse,
  encodeAlerts,
  encodePreCommand,
  encodeUnsignedCommand,
  executionsOf,
  importTariffPrices,
  signPreCommand,
  type Command,
  type ImportTariff,
} from '@interlock/gbcs'
import { nodeCrypto as crypto, openAudit, silentLog, temporaryDir } from '@interlock/host'
import {
  assert,
  eui64,
  inHours,
  instant,
  plus,
  toIso,
  unobserved,
  type Instant,
  type PrivateKey,
} from '@interlock/kernel'
import { openTariff, signedTariffIn, trustAnchorCells, type TariffCommand } from '@interlock/seal'
import type { Journal } from '@interlock/store'
import { tariffBytes } from '@interlock/tariff'
import { answerCommand, ofSupplier } from './commands.ts'
import { openTariffMemory, type TariffMemory } from './tariff-memory.ts'

export const supplier = crypto.generateKey().key
export const next = crypto.generateKey().key
const broker = crypto.generateKey().key
const own = crypto.generateKey().key
export const originator = eui64('02-00-00-00-00-00-00-06')
export const nextSupplier = eui64('02-00-00-00-00-00-00-07')
export const target = eui64('02-00-00-03-00-00-00-01')
export const start = instant(Date.UTC(2026, 0, 5, 18))

const clockAt = (now: () => Instant) => ({ now, after: () => ({ cancel: unobserved.begin('') }) })
const audit = openAudit({
  path: `${temporaryDir('interlock-set-tariff')}/audit.jsonl`,
  actor: 'meter',
  clock: clockAt(() => start),
})

/** A journal that dies at one of its writes, before or after the entry is on the disk. */
type Death = { readonly at: number; readonly how: 'before' | 'after' }
function mortal(kept: unknown[], death?: Death): Journal {
  let writes = 0
  return {
    entries: () => structuredClone(kept),
    append(entry) {
      const dies = ++writes === death?.at
      if (dies && death.how === 'before') throw new Error('killed')
      kept.push(structuredClone(entry))
      if (dies) throw new Error('killed')
    },
    isLong: false,
    rewrite: (entries) => void kept.splice(0, kept.length, ...entries),
    close: () => {},
  }
}

const alertsAbout = (came: TariffCommand, at: Instant, last: bigint): readonly Uint8Array[] =>
  encodeAlerts(executionsOf(came, at), { device: target, last }, own, crypto)
/** What waits for the data company: who is told, of which command, what, and under which number. */
export function waitingIn({ memory }: { readonly memory: TariffMemory }) {
  const told = []
  for (let bytes = memory.firstAlert(); bytes !== undefined; bytes = memory.firstAlert()) {
    const read = decodeAlert(bytes)
    assert(read.ok && read.value.alert.code === 'FutureDated', 'an alert about a date')
    const { counter, recipient, commandCounter, object, at } = read.value.alert
    told.push({ counter, recipient, commandCounter, object, at })
    memory.dropAlert()
  }
  return told
}

/** A meter on what it has kept; `moment.now` is its clock. */
export function meter(kept: unknown[] = [], death?: Death) {
  const moment = { now: start }
  const memory = openTariffMemory(mortal(kept, death), () => {})
  const clock = clockAt(() => moment.now)
  const keys = new Map([
    [originator, supplier.publicKey],
    [nextSupplier, next.publicKey],
  ])
  const anchors = {
    eui: target,
    keyAgreement: own,
    brokerKey: broker.publicKey,
    signer: (eui: typeof originator, useCase: string) =>
      ofSupplier.some((each) => each === useCase) ? keys.get(eui) : undefined,
    lastCounter: memory.lastCounter.bind(memory),
  }
  const cells = trustAnchorCells({}, () => memory.cells(), crypto)
  const firmware = { version: '00010000', images: new Map<string, string>() }
  const given = { cells, roots: [], clock, wall: clock, crypto, log: silentLog }
  const parts = { anchors, memory, firmware, audit, ...given }
  const respond = (bytes: Uint8Array) => {
    memory.tariffCame(moment.now, alertsAbout)
    const answer = answerCommand(bytes, parts)
    const read = answer && decodeResponse(answer)
    return read?.ok ? read.value.response : undefined
  }
  return {
    memory,
    respond,
    send: (bytes: Uint8Array): string => respond(bytes)?.result ?? 'discarded',
    /** What any other user reads of it, and what it is worth to one who has pinned the supplier. */
    read() {
      const read = { useCase: 'ReadTariff', originator: target, target, counter: 1n } as const
      const frame = addMac(encodeUnsignedCommand(read), 'unsigned', brokerKeys, crypto)
      const answer = answerCommand(frame, parts) ?? new Uint8Array()
      const signed = signedTariffIn(answer)
      return signed && openTariff(signed, target, pinned, crypto, moment.now)
    },
    /** What it shows by the standard's read, to whoever the data company lets. */
    shown(key: PrivateKey = broker) {
      const read = { useCase: 'ECS24', originator: target, target, counter: 1n } as const
      const mac = { ...brokerKeys, own: key }
      return respond(addMac(encodeUnsignedCommand(read), 'unsigned', mac, crypto))
    },
    at(now: Instant) {
      moment.now = now
      memory.tariffCame(now, alertsAbout)
    },
    price() {
      const opened = this.read()
      return opened?.ok ? opened.value.prices[0]?.pencePerKilowattHour : undefined
    },
    again: () => meter(kept),
  }
}

const brokerKeys = { own: broker, peer: own.publicKey }
export const pinned = { publicKey: supplier.publicKey, organisation: originator, eui: originator }
export const framed = (command: Command, key: PrivateKey = supplier): Uint8Array =>
  addMac(signPreCommand(encodePreCommand(command), key, crypto), 'signed', brokerKeys, crypto)

/** One register all year, at a price in pence. */
export const tables = (pence: number): ImportTariff => ({
  seasons: [{ name: 'all', start: { year: 'any', month: 1, day: 1 }, week: 1 }],
  weeks: [{ name: 1, days: [1, 1, 1, 1, 1, 1, 1] }],
  days: [{ name: 1, switches: [{ atSeconds: 0, register: 1 }] }],
  specialDays: [],
  thresholds: Array.from({ length: 8 }, () => [0xffff_ffff]),
  standingCharge: 4_785,
  standingChargeScale: -4,
  prices: Array.from({ length: importTariffPrices }, (_, at) => (at === 0 ? pence : 0)),
  priceScale: -2,
  execution: 'atOnce',
})
export const standard = (counter: number, pence: number, change: Partial<ImportTariff> = {}) =>
  framed({
    useCase: 'ECS01a',
    originator,
    target,
    counter: BigInt(counter),
    ...tables(pence),
    ...change,
  })
/** One of ours, half-hourly. */
export const ours = (counter: number, version: number, pence: number, from = start) =>
  framed({
    useCase: 'UpdateHalfHourlyTariff',
    originator,
    target,
    counter: BigInt(counter),
    version,
    from,
    prices: Array.from({ length: 48 }, () => pence * 1_000),
  })
/** One of ours, a document of one register that ends after a year. */
export const document = (counter: number, version: number, pence: number, from = start) =>
  framed({
    useCase: 'UpdateTariffDocument',
    originator,
    target,
    counter: BigInt(counter),
    version,
    document: tariffBytes({
      tariff: 'one-price',
      clock: 'UTC',
      versions: [
        {
          version,
          validFrom: toIso(from),
          validUntil: toIso(plus(from, inHours(8_760))),
          standingChargePencePerDay: 47.85,
          timeOfUse: {
            registers: [
              { register: 1, name: 'all day', blocks: [{ pencePerKilowattHour: pence }] },
            ],
            days: [{ day: 1, switches: [{ at: '00:00', register: 1 }] }],
            weeks: [{ week: 1, days: [1, 1, 1, 1, 1, 1, 1] }],
            seasons: [{ name: 'all year', from: '01-01', week: 1 }],
          },
        },
      ],
    }),
  })
export const later = plus(start, inHours(10))
