import type { Action, Request, Response } from '@interlock/ocpp'
import type { Lesson } from '../core/facts.ts'

/** What a station's answer to one of our requests teaches about it. */
export type Teaches<A extends Action> = (
  request: Request<A>,
  response: Response<A>,
  /** ms since 1970. */
  at: number,
) => Lesson

export const nothing: Lesson = {}
