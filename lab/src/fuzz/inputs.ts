import type { Entropy } from '@interlock/kernel'
import { makePayload, pick } from './make-payload.ts'
import { mutateText, mutateValue } from './mutate.ts'
import { requestSchemas } from './schemas.ts'

/** Where messages come from: made anew from the schemas, or changed from those worth keeping. */
export type Inputs = {
  next(): string
  /** They reached code that nothing before them had reached. */
  keep(texts: readonly string[]): void
  readonly kept: number
}

const keptMax = 16_000

export function createInputs(entropy: Entropy): Inputs {
  const schemas = requestSchemas()
  const actions = [...schemas.keys()]
  const kept: string[] = []
  let number = 0

  const fresh = (): string => {
    const action = pick(actions, entropy)
    const schema = schemas.get(action)
    const payload = schema === undefined ? {} : makePayload(schema, entropy)
    return JSON.stringify([2, `${++number}`, action, payload])
  }
  const changed = (text: string): string => {
    const parsed = valueOf(text)
    if (parsed === undefined || entropy.below(3) === 0) return mutateText(text, entropy)
    return JSON.stringify(mutateValue(parsed, entropy)) ?? 'null'
  }

  return {
    next() {
      const source = entropy.below(10)
      if (source < 3 || kept.length === 0) return fresh()
      if (source < 5) return changed(fresh())
      let text = pick(kept, entropy)
      for (let times = 1 + entropy.below(4); times > 0; times--) text = changed(text)
      return text
    },
    keep(texts) {
      for (const text of texts)
        if (kept.length < keptMax) kept.push(text)
        else kept[entropy.below(keptMax)] = text
    },
    get kept() {
      return kept.length
    },
  }
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
