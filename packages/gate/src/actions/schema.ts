import { Type, type TProperties } from 'typebox'

/** An object of exactly these members, besides OCPP's `customData`, which has no effect here. */
export const exactly = <Properties extends TProperties>(properties: Properties) =>
  Type.Object(
    { ...properties, customData: Type.Optional(Type.Unknown()) },
    { additionalProperties: false },
  )

export const text = (charactersMax: number) =>
  Type.String({ minLength: 1, maxLength: charactersMax })
export const whole = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum })
export const evseId = whole(1, 999)
export const identifier = whole(0, 2_147_483_647)
