import { vendorId } from '@interlock/contract'
import { addMac, encodePreCommand, signPreCommand } from '@interlock/gbcs'
import type { NodeCrypto } from '@interlock/host'
import { toBase64, type Instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import { fromPem } from '@interlock/pki'
import { signProvider } from '@interlock/seal'
import {
  charger,
  dcc,
  nextDsrsp,
  supervisingDevice,
  supervisor,
  supplier,
} from '../home/parties.ts'
import type { Home } from './home.ts'
import { changeOfProvider } from './provider-change.ts'

/**
 * What is told to a home and moves no load: a calendar of its loads (6.14.3), and the two words by which its
 * DSR provider changes, the supplier's to the LLCS (6.15.1) and the supervisor's to the charger.
 */
export const words = ['calendar', 'controller', 'provider'] as const
export type Word = (typeof words)[number]
export const wordOf = (name: string): Word | undefined => words.find((each) => each === name)

/** To the LLCS as the data company would send it, or to the charger as the CSMS would. */
export type SignedWord =
  | { readonly to: 'llcs'; readonly bytes: Uint8Array; readonly frame: Uint8Array }
  | { readonly to: 'station'; readonly request: Request<'DataTransfer'> }

/** Counters of the supplier's words are above those of its arms. */
const countersAbove = 1_000

export function signWords(
  said: readonly Word[],
  startAt: Instant,
  crypto: NodeCrypto,
): ReadonlyMap<Word, SignedWord> {
  const bySupplier = (encoded: Uint8Array): SignedWord => {
    const bytes = signPreCommand(encoded, supplier.key, crypto)
    const keys = { own: dcc.key, peer: supervisingDevice.peer.publicKey }
    return { to: 'llcs', bytes, frame: addMac(bytes, 'signed', keys, crypto) }
  }
  const from = (index: number) => ({
    originator: supplier.peer.organisation,
    target: supervisingDevice.peer.eui,
    counter: BigInt(startAt + countersAbove + index),
  })
  const make: Readonly<Record<Word, () => SignedWord>> = {
    calendar: () =>
      bySupplier(
        encodePreCommand({
          ...from(0),
          useCase: 'ECS46d',
          entries: [],
          specialDays: [{ year: 'any', month: 12, day: 25 }],
          execution: 'atOnce',
        }),
      ),
    controller: () => bySupplier(encodePreCommand(changeOfProvider(from(1)))),
    provider: () => {
      const { peer, key } = supervisor
      const chain = fromPem(nextDsrsp.chainPem, 'CERTIFICATE')
      const statement = {
        station: charger.peer.eui,
        counter: startAt,
        chain,
        floor: 0n,
        at: startAt,
      }
      const data = { ...signProvider(statement, { key, thumbprint: peer.thumbprint }, crypto) }
      return { to: 'station', request: { vendorId, messageId: 'Provider', data } }
    },
  }
  return new Map(said.map((word) => [word, make[word]()]))
}

/** A change of provider is whole or has not been: at no moment do the two cells name two of them. */
export function halfChanged({ station }: Pick<Home, 'station'>): string | undefined {
  const named = providersOf(station.memory().cells)
  return named.length === 2 && named[0] === named[1]
    ? undefined
    : `the charger's cells are of the providers ${named.join(' and ')}`
}

/**
 * What was answered and is not there once everything has come to rest. One that was not answered may be lost, for its
 * sender knows nothing and says it anew.
 */
export function lostWord(
  { station, llcs }: Pick<Home, 'station' | 'llcs'>,
  answered: ReadonlySet<Word>,
  signed: ReadonlyMap<Word, SignedWord>,
): string | undefined {
  const isKept = (word: 'calendar' | 'controller', bytes: string | undefined): boolean =>
    bytes === textOf(signed.get(word))
  const calendar = isKept('calendar', llcs.memory().calendars?.at(-1)?.bytes)
  const controller = isKept('controller', llcs.memory().loadController)
  const next = nextDsrsp.peer.organisation
  const changed = providersOf(station.memory().cells).every((each) => each === next)
  // One side alone changes nothing, and both do.
  const kept: Readonly<Record<Word, boolean>> = {
    calendar,
    controller,
    provider: changed === controller,
  }
  const lost = [...answered].find((word) => !kept[word])
  return lost === undefined ? undefined : `what the ${lost} said is lost`
}

/** Of the charger's two cells of its DSR provider. */
export const providersOf = (cells: ReturnType<Home['station']['memory']>['cells']) =>
  cells.filter(({ role }) => role === 'dsrsp').map(({ organisation }) => organisation)

const textOf = (word: SignedWord | undefined): string | undefined =>
  word?.to === 'llcs' ? toBase64(word.bytes) : undefined
