import { Fault } from '@interlock/kernel'
import { validateRequest } from '@interlock/ocpp'
import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { fuzzFailures, type FuzzReport } from './fuzz.ts'
import { makePayload } from './make-payload.ts'
import { mutateText } from './mutate.ts'
import { requestSchemas } from './schemas.ts'
import { createTarget } from './target.ts'

const schemas = [...requestSchemas()]
const choicesOf = (gen: fc.GeneratorValue) => ({
  below: (limit: number) => gen(fc.nat, { max: Math.max(0, limit - 1) }),
})

test('a heap that grows within a stretch, or from one to the next, is told', () => {
  const report = { seed: 1, blocks: 1, kept: 1, findings: [], wallSeconds: 1 }
  const failures = (...heapMebibytes: FuzzReport['heapMebibytes']) =>
    fuzzFailures({ ...report, inputs: 500_000, heapMebibytes })
  const [calm, later] = [
    { first: 40, most: 49, last: 47 },
    { first: 46, most: 54, last: 52 },
  ]
  expect(failures(calm, later)).toEqual([])
  expect(failures(calm, { ...later, last: 70, most: 70 })).toContain('the heap grew by 24 MiB')
  expect(failures(calm, { ...later, most: 86 })).toEqual(['the heap grew by 40 MiB'])
  expect(failures(calm, { first: 120, most: 127, last: 127 })).toEqual(['80 MiB stayed behind'])
})

test('a search that nothing leads, or everything, is told', () => {
  const report = { seed: 1, blocks: 1, findings: [], wallSeconds: 1, heapMebibytes: [] }
  const failures = (inputs: number, kept: number) => fuzzFailures({ ...report, inputs, kept })
  expect(failures(3_000, 299)).toEqual([])
  expect(failures(3_000, 0)).toEqual(['no input reached new code'])
  expect(failures(3_000, 300)).toEqual([
    '300 of 3000 inputs reached new code: it is not reproduced',
  ])
  // What comes first is new for the most part.
  expect(failures(256, 100)).toEqual([])
})

test('a fuzzer that meets a handler which breaks, or answers what is not OCPP, says so', async () => {
  const give = (handler: () => never) =>
    createTarget('broken', { Heartbeat: handler }, () => Promise.resolve()).give(
      '[2,"1","Heartbeat",{}]',
    )
  expect(
    await give(() => {
      throw new TypeError('undefined is not a function')
    }),
  ).toContain('undefined is not a function')
  expect(await give(() => ({ currentTime: 'yesterday' }) as never)).toContain('not valid')
})

test('what the database did not take in time is given again, and is a finding if it never does', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const gone = new Fault('DatabaseUnavailable', 'does not answer')
    const failing = (times: number) =>
      createTarget(
        'csms',
        {
          Heartbeat: () => {
            if (times-- > 0) throw gone
            return { currentTime: '2026-01-05T20:30:00Z' }
          },
        },
        () => Promise.resolve(),
      ).give('[2,"1","Heartbeat",{}]')
    const outcomes = Promise.all([failing(2), failing(1_000)])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await outcomes).toEqual([undefined, expect.stringContaining('does not answer')])
  } finally {
    vi.useRealTimers()
  }
})

test('property: a frame is answered once and legally, whatever its text', async () => {
  const target = createTarget('empty', {}, () => Promise.resolve())
  const frames = fc.gen().map((gen) => {
    const choices = choicesOf(gen)
    const [action, schema] = schemas[choices.below(schemas.length)] ?? ['Heartbeat', undefined]
    const payload = schema === undefined ? {} : makePayload(schema, choices)
    return mutateText(JSON.stringify([2, 'a', action, payload]), choices)
  })
  const texts = fc.oneof(fc.string(), fc.json(), frames)
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      expect(await target.give(text)).toBeUndefined()
    }),
    { numRuns: 1_000 },
  )
})

test('property: a payload is valid by its schema, but for numbers out of range', () => {
  const seen = { valid: 0, all: 0 }
  fc.assert(
    fc.property(fc.gen(), fc.nat({ max: schemas.length - 1 }), (gen, at) => {
      const [action, schema] = schemas[at] ?? []
      if (action === undefined || schema === undefined) return
      seen.all += 1
      const checked = validateRequest(action as never, makePayload(schema, choicesOf(gen)))
      seen.valid += Number(checked.ok)
      if (!checked.ok) expect(checked.detail).toMatch(/must be|must match/)
    }),
    { numRuns: 500 },
  )
  expect(seen.valid).toBeGreaterThan(seen.all / 2)
})
