import { Fault } from '@interlock/kernel'
import type { Response } from '@interlock/ocpp'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Context } from '../context.ts'
import { rejected } from './agreements.ts'

/** What a charger asks for before it judges a card (DataTransfer `TokenKey`); carried as it came. */
export async function bringTokenKey(
  { drivers }: Pick<Context, 'drivers'>,
  data: unknown,
): Promise<Response<'DataTransfer'>> {
  if (drivers === undefined) return { status: 'UnknownMessageId' }
  if (!isTokenKey.Check(data)) return rejected('BodyInvalid')
  try {
    const statement = await drivers.statement(data.uid)
    return statement === undefined
      ? rejected('TokenUnknown')
      : { status: 'Accepted', data: { ...statement } }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return rejected('Unavailable')
  }
}
const isTokenKey = Compile(
  Type.Object(
    { uid: Type.String({ pattern: '^[0-9A-F]{8,20}$' }) },
    { additionalProperties: false },
  ),
)

/**
 * What a charger asks for before it asks a card (DataTransfer `FreshNumber`): a number of the register's for this charger, by which the
 * register knows later that the card did not answer before.
 */
export async function bringFreshNumber(
  { drivers, deps }: Pick<Context, 'drivers' | 'deps'>,
  station: string,
): Promise<Response<'DataTransfer'>> {
  if (drivers === undefined) return { status: 'UnknownMessageId' }
  try {
    const number = await drivers.freshNumber(station, deps.clock.now())
    return number.ok
      ? { status: 'Accepted', data: { number: number.value } }
      : rejected(number.reason)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return rejected('Unavailable')
  }
}
