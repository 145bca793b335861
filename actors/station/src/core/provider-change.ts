import { armOf } from '@interlock/gbcs'
import { fromBase64, type Crypto, type Eui64 } from '@interlock/kernel'
import { countersOf, raiseFloor } from '@interlock/seal'
import type { Memory, MemoryChange, StoredCell } from './memory.ts'

/** What one side has said, verified: who is to be the DSR provider, by its certificate there. JSON values only. */
export type ProviderHalf = {
  /** Decimal; each of its side is larger than any before. */
  readonly counter: string
  readonly organisation: Eui64
  readonly certificatePem: string
  /** A change has come of it: it serves no other. */
  readonly used?: true
}
/** The newest word of each side. */
export type ProviderChange = {
  /** Of the smart-meter side: the home's supplier, through the LLCS. */
  readonly controller?: ProviderHalf
  /** Of the charging side: the supervisor, through the CSMS. */
  readonly provider?: ProviderHalf & { readonly floor: string }
}

/** How a word stands to the one that is held of its side. */
export const ageOf = (
  held: ProviderHalf | undefined,
  counter: bigint,
): 'newer' | 'known' | 'older' => {
  const last = BigInt(held?.counter ?? -1)
  return counter > last ? 'newer' : counter === last ? 'known' : 'older'
}

/**
 * What becomes of the memory once both sides name the same provider, each by a word that no change has come of
 * yet; undefined until then. Both certificates of the provider before leave together, and what it stored and
 * pre-authorised with them. A schedule that was seconded runs to its end, and so does a response.
 */
export function settled(memory: Memory, crypto: Crypto): MemoryChange['set'] | undefined {
  const { controller, provider } = memory.providerChange ?? {}
  if (controller === undefined || provider === undefined) return undefined
  if (controller.used === true || provider.used === true) return undefined
  const { organisation } = provider
  if (controller.organisation !== organisation) return undefined
  const cell = ({ certificatePem }: ProviderHalf): StoredCell => ({
    role: 'dsrsp',
    organisation,
    certificatePem,
  })
  return {
    cells: [
      ...memory.cells.filter(({ role }) => role !== 'dsrsp'),
      cell(provider),
      cell(controller),
    ],
    counters: floored(memory.counters, organisation, BigInt(provider.floor)),
    arms: memory.arms.filter((text) => !isResponse(text, crypto)),
    ...(memory.curve === undefined ? {} : { curve: null }),
    providerChange: {
      controller: { ...controller, used: true },
      provider: { ...provider, used: true },
    },
  }
}

/** On either path: a floor lowers nothing. */
function floored(
  kept: Memory['counters'],
  organisation: Eui64,
  counter: bigint,
): Memory['counters'] {
  const before = countersOf(kept.map((each) => ({ ...each, counter: BigInt(each.counter) })))
  const after = (['countersigned', 'armed'] as const).reduce(
    (counters, path) => raiseFloor(counters, { organisation, path, counter }),
    before,
  )
  return after.entries().map((each) => ({ ...each, counter: `${each.counter}` }))
}

function isResponse(text: string, crypto: Crypto): boolean {
  const bytes = fromBase64(text)
  const arm = bytes === undefined ? undefined : armOf(bytes, crypto)
  return arm?.ok === true && arm.value.use === 'response'
}
