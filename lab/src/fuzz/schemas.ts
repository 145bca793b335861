import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** As much of JSON Schema as the messages of OCPP 2.0.1 use. */
export type Schema = {
  readonly $ref?: string
  readonly type?: string
  readonly enum?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly minItems?: number
  readonly maxItems?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly format?: string
}
export type MessageSchema = Schema & {
  readonly $id: string
  readonly definitions?: Readonly<Record<string, Schema>>
}

const require = createRequire(import.meta.url)

/** The request of each action, with its own definitions; from the package the validators are made of. */
export function requestSchemas(): ReadonlyMap<string, MessageSchema> {
  const path = require.resolve('ocpp-rpc/lib/schemas/ocpp2_0_1.json')
  const all = JSON.parse(readFileSync(path, 'utf8')) as readonly MessageSchema[]
  const requests = all.flatMap((schema) => {
    const action = /^urn:(\w+)\.req$/.exec(schema.$id)?.[1]
    return action === undefined ? [] : [[action, schema] as const]
  })
  return new Map(requests)
}
