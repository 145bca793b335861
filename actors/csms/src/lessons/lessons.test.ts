import type { Action } from '@interlock/ocpp'
import { expect, test } from 'vitest'
import type { Lesson } from '../core/facts.ts'
import { emptyReport } from './get-base-report.ts'
import { lessons } from './index.ts'
import { accepted, at, profile, rows } from './lessons.fixture.ts'

const taught = (action: Action, request: object, response: object): Lesson => {
  const teach = lessons[action] as
    ((request: object, response: object, at: number, asked: object) => Lesson) | undefined
  if (teach === undefined) throw new Error(`${action} teaches nothing`)
  return teach(request, response, at, request)
}

test.each(rows)('%s (%s)', (_says, action, request, response, put, removed) => {
  const lesson = taught(action, request, response)
  const kept = Object.fromEntries(
    (lesson.put ?? []).map(({ kind, key, value }) => [`${kind} ${key}`, value]),
  )
  expect(Object.keys(kept).sort()).toEqual(Object.keys(put).sort())
  expect(kept).toMatchObject(put)
  expect(lesson.remove ?? []).toEqual(removed ?? [])
})

test('every lesson is tried', () => {
  const tried = new Set<string>(rows.map(([, action]) => action))
  expect(Object.keys(lessons).filter((action) => !tried.has(action))).toEqual([])
})

test('nothing that is secret is kept', () => {
  const lines = rows.map(([, action, request, response]) =>
    JSON.stringify(taught(action, request, response)),
  )
  expect(lines.filter((line) => line.includes('a-secret'))).toEqual([])
})

test('a profile that stands for a longer one says which', () => {
  const request = { evseId: 1, chargingProfile: { ...profile, validTo: '2026-01-06T18:00:00Z' } }
  const asked = { evseId: 1, chargingProfile: profile }
  const lesson = lessons.SetChargingProfile?.(request, accepted, at, asked)
  expect(lesson?.put).toMatchObject([
    { value: { wanted: profile, chargingProfile: { validTo: '2026-01-06T18:00:00Z' } } },
  ])
})

test('a report that is asked for anew has no parts', () => {
  expect(emptyReport('NotifyReport', 1).value).toMatchObject({ parts: [], complete: false })
})
