import { ok } from '@interlock/kernel'
import type { Answer } from '@interlock/ocpi'
import { expect, test } from 'vitest'
import { recordsInTurn, recordsWaitingMax } from './records-in-turn.ts'

test('records beyond those that may wait are turned away, until one is done', async () => {
  const turn = recordsInTurn()
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  const work = async (): Promise<Answer> => {
    await held
    return ok({})
  }
  const waiting = Array.from({ length: recordsWaitingMax }, () => turn(work))
  expect(await turn(work)).toMatchObject({ ok: false, reason: 'Unavailable' })
  release()
  await Promise.all(waiting)
  expect(await turn(work)).toEqual(ok({}))
})
