/** How much of an answer in parts has come (`seqNo` from 0, `tbc` while more follow). */
export type Assembly = {
  readonly parts: readonly number[]
  /** Number of the part after which nothing follows; null until it has come. */
  readonly lastPart: number | null
  readonly missing: readonly number[]
  readonly complete: boolean
}

export const noParts: Assembly = { parts: [], lastPart: null, missing: [], complete: false }

const partsMax = 10_000

/** In whatever order parts come, and however often one comes. */
export function withPart(
  before: Assembly,
  { seqNo, tbc }: { readonly seqNo: number; readonly tbc?: boolean | undefined },
): Assembly {
  if (seqNo < 0 || seqNo >= partsMax) return before
  const parts = [...new Set([...before.parts, seqNo])].sort((a, b) => a - b)
  const lastPart = tbc === true ? before.lastPart : seqNo
  const upTo = lastPart ?? parts.at(-1) ?? 0
  const had = new Set(parts)
  const missing = Array.from({ length: upTo }, (_, part) => part).filter((part) => !had.has(part))
  return { parts, lastPart, missing, complete: lastPart !== null && missing.length === 0 }
}

/** What a fact says of its assembly; a fact from before the first part has none. */
export function assemblyIn(value: Readonly<Record<string, unknown>> | undefined): Assembly {
  const { parts, lastPart, missing, complete } = (value ?? {}) as Partial<Assembly>
  return {
    parts: parts ?? [],
    lastPart: lastPart ?? null,
    missing: missing ?? [],
    complete: complete ?? false,
  }
}
