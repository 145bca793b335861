import { requests } from '../generated/validators.js'
import type { Messages } from '../generated/messages.ts'

export type * from '../generated/messages.ts'

/** Every action of OCPP 2.0.1, either direction. */
export type Action = keyof Messages
export type Request<A extends Action> = Messages[A]['request']
export type Response<A extends Action> = Messages[A]['response']

export const actions = Object.keys(requests) as readonly Action[]

export const isAction = (text: string): text is Action => Object.hasOwn(requests, text)
