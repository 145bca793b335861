import type { Action, Request, Response } from '@interlock/ocpp'
import type { Lesson } from '../core/facts.ts'

/** What a station's answer to one of our requests teaches about it. */
export type Teaches<A extends Action> = (
  request: Request<A>,
  response: Response<A>,
  /** ms since 1970. */
  at: number,
  /** What was asked for; the request itself, unless a shorter one was sent in its place. */
  asked: Request<A>,
) => Lesson

export const nothing: Lesson = {}
