import { parseJson, refused } from '@interlock/kernel'
import { limits } from '@interlock/contract'
import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { OscpRole } from '../roles.ts'
import * as forecast from './capacity-forecast.ts'
import * as compliance from './compliance-error.ts'
import type { Body } from './fields.ts'
import * as handshake from './handshake.ts'
import * as heartbeat from './heartbeat.ts'
import * as measurements from './measurements.ts'
import * as register from './register.ts'

type Method = 'POST' | 'PUT' | 'DELETE'
type Way = `${OscpRole}>${OscpRole}`

/** One message: by which methods it comes, between whom, and how its body is read and written. */
export type MessageRow<Value> = {
  readonly methods: readonly Method[]
  readonly ways: readonly Way[]
  readonly read: (body: unknown) => Body<Value>
  readonly write: (value: Value) => unknown
}

const both: readonly Way[] = ['cp>fp', 'fp>cp', 'fp>co', 'co>fp']

function row<Schema extends TSchema, Value>(
  schema: Schema,
  read: (wire: Static<Schema>) => Body<Value>,
  write: (value: Value) => unknown,
  ways: readonly Way[],
  methods: readonly Method[] = ['POST'],
): MessageRow<Value> {
  const shape = Compile(schema)
  return {
    methods,
    ways,
    write,
    read: (body) => {
      if (shape.Check(body)) return read(body)
      const [first] = shape.Errors(body)
      return refused('BodyInvalid', `${first?.instancePath || 'body'} ${first?.message ?? ''}`)
    },
  }
}

/** The messages of OSCP 2.0 by the last part of their path. */
export const messages = {
  register: row(register.RegisterOnWire, register.readRegister, register.writeRegister, both, [
    'POST',
    'PUT',
    'DELETE',
  ]),
  handshake: row(
    handshake.HandshakeOnWire,
    handshake.readHandshake,
    handshake.writeHandshake,
    both,
  ),
  handshake_acknowledge: row(
    handshake.HandshakeOnWire,
    handshake.readHandshake,
    handshake.writeHandshake,
    both,
  ),
  heartbeat: row(
    heartbeat.HeartbeatOnWire,
    heartbeat.readHeartbeat,
    heartbeat.writeHeartbeat,
    both,
  ),
  update_group_capacity_forecast: row(
    forecast.CapacityForecastOnWire,
    forecast.readCapacityForecast,
    forecast.writeCapacityForecast,
    ['cp>fp', 'fp>co'],
  ),
  adjust_group_capacity_forecast: row(
    forecast.CapacityForecastOnWire,
    forecast.readCapacityForecast,
    forecast.writeCapacityForecast,
    ['fp>cp'],
  ),
  group_capacity_compliance_error: row(
    compliance.ComplianceErrorOnWire,
    compliance.readComplianceError,
    compliance.writeComplianceError,
    ['fp>cp'],
  ),
  update_group_measurements: row(
    measurements.GroupMeasurementsOnWire,
    measurements.readGroupMeasurements,
    measurements.writeGroupMeasurements,
    ['fp>cp'],
  ),
  update_asset_measurements: row(
    measurements.AssetMeasurementsOnWire,
    measurements.readAssetMeasurements,
    measurements.writeAssetMeasurements,
    ['fp>co'],
  ),
} as const

type Messages = typeof messages
export type MessageName = keyof Messages
/** What a message says, once read. */
export type MessageBody<Name extends MessageName> =
  Messages[Name] extends MessageRow<infer Value> ? Value : never

export const isMessageName = (text: string): text is MessageName => Object.hasOwn(messages, text)

/** A body as text. `register` by DELETE has none and says nothing. */
export function readBody<Name extends MessageName>(
  name: Name,
  text: string,
): Body<MessageBody<Name>> {
  const json = parseJson(text, limits.jsonDepthMax)
  if (!json.ok) return refused('BodyInvalid', json.reason)
  const row = messages[name] as unknown as MessageRow<MessageBody<Name>>
  return row.read(json.value)
}

export function writeBody<Name extends MessageName>(name: Name, body: MessageBody<Name>): string {
  const row = messages[name] as unknown as MessageRow<MessageBody<Name>>
  return JSON.stringify(row.write(body))
}

/** Any message, with what it says. */
export type Message = {
  [Name in MessageName]: { readonly name: Name; readonly body: MessageBody<Name> }
}[MessageName]
// The compiler does not see that name and body are of one row.
export const writeMessage = ({ name, body }: Message): string => writeBody(name, body as never)
