import { Type, type Static } from 'typebox'

/** `GET /api/v1/devices/{eui}` at the data company: what it knows of an LLCS. */
export const InventoryEntry = Type.Object(
  {
    /** The EVSEs behind it, by auxiliary controller number, which is the EVSE id. */
    controllers: Type.Array(
      Type.Object(
        {
          number: Type.Integer({ minimum: 1, maximum: 5 }),
          ratingWatts: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
        },
        { additionalProperties: false },
      ),
      { maxItems: 5 },
    ),
  },
  { additionalProperties: false },
)
export type InventoryEntry = Static<typeof InventoryEntry>
