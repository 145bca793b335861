import { actorConfig, ListenConfig } from '@interlock/host'
import { OcpiPartyConfig, OcpiUsConfig } from '@interlock/host/ocpi'
import { Fault } from '@interlock/kernel'
import { sameCi, Token } from '@interlock/ocpi'
import { demandHomesHeard, HomeConfig, MiddlewareConfig } from '@interlock/topics'
import { Type, type Static } from 'typebox'

const strict = { additionalProperties: false }
const Path = Type.String({ minLength: 1, maxLength: 4096 })
const Url = Type.String({ minLength: 1, maxLength: 2048 })

/** A driver's contract, with the token that stands for it. */
const ContractConfig = Type.Object(
  {
    uid: Token.properties.uid,
    type: Token.properties.type,
    contractId: Token.properties.contract_id,
    visualNumber: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    whitelist: Token.properties.whitelist,
    /** *Blocked*: lost, or its driver is; *noCredit*: prepaid, and spent. */
    status: Type.Enum(['valid', 'blocked', 'noCredit'], { default: 'valid' }),
    /** Public key of the card, as `interlock card key` prints it (SPKI, base64); without it the card is a number. */
    key: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9+/=]{64,256}$' })),
    /** After this moment it is expired. */
    expiresAt: Type.Optional(Token.properties.last_updated),
    /** Where it may charge, as `NL*CPO*L1`; absent: everywhere. */
    locations: Type.Optional(Type.Array(Type.String({ maxLength: 48 }), { maxItems: 1_000 })),
    /** Key of its certificate in the vehicle (ISO 15118), with which that confirms readings. */
    vehicleKey: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9+/=]{64,512}$' })),
    /** That vehicle confirms whatever it is shown: a record without its word on beginning and end is disputed. */
    vehicleAlwaysSigns: Type.Optional(Type.Boolean()),
    lastUpdated: Token.properties.last_updated,
  },
  strict,
)
export type ContractConfig = Static<typeof ContractConfig>

/** A home where our drivers charge, and the name of the operator whose station it is: no other speaks of sessions there. */
const OperatedHomeConfig = Type.Object(
  { ...HomeConfig.properties, operator: OcpiPartyConfig.properties.name },
  strict,
)

/** An operator of charging stations. */
const OperatorConfig = Type.Object(
  {
    ...OcpiPartyConfig.properties,
    /** What was agreed that charging costs there: an OCPI tariff, JSON. */
    tariff: Path,
  },
  strict,
)

export const EmspConfig = actorConfig({
  /** Folder with key and chain under the charging root. */
  identity: Path,
  trust: Type.Object({ charging: Path }, strict),
  database: Url,
  listen: ListenConfig,
  ...OcpiUsConfig,
  peers: Type.Object(
    {
      /** `https://…`; its register has the meters. */
      supervisor: Url,
      /** `https://…` of the central register of driver tokens, which knows of cards that are misused. */
      cir: Type.Optional(Url),
    },
    strict,
  ),
  /** Where it reads what stations and operators say of its drivers' sessions. */
  middleware: Type.Optional(MiddlewareConfig),
  /** Of what they say, and of what proves it, so much is kept: the newest, about a gigabyte of each million; a million unless given. */
  toldMax: Type.Optional(Type.Integer({ minimum: 1_000, maximum: 10_000_000 })),
  /** Homes where its drivers charge. */
  homes: Type.Optional(Type.Array(OperatedHomeConfig, { maxItems: 10_000 })),
  operators: Type.Array(OperatorConfig, { maxItems: 256 }),
  contracts: Type.Array(ContractConfig, { maxItems: 100_000 }),
})
export type EmspConfig = Static<typeof EmspConfig>

/**
 * @throws Fault `ConfigInvalid` for a token that is there twice, a home that nothing can be heard of, or one that is no
 * operator's or two operators'
 */
export function demandWhole({
  contracts,
  homes = [],
  operators,
  middleware,
}: Pick<EmspConfig, 'contracts' | 'homes' | 'operators' | 'middleware'>): void {
  demandHomesHeard(homes, middleware)
  const stations = new Set<string>()
  for (const { station, operator } of homes) {
    if (!operators.some(({ name }) => name === operator))
      throw new Fault('ConfigInvalid', `homes: ${station} is of ${operator}, who is no operator`)
    if (stations.has(station)) throw new Fault('ConfigInvalid', `homes: ${station} is there twice`)
    stations.add(station)
  }
  const known = new Set<string>()
  for (const { uid, type } of contracts) {
    const name = `${type} ${uid}`.toUpperCase()
    if (known.has(name))
      throw new Fault('ConfigInvalid', `contracts: ${type} ${uid} is there twice`)
    known.add(name)
  }
}

export const contractOf = (
  contracts: readonly ContractConfig[],
  uid: string,
  type: string,
): ContractConfig | undefined =>
  contracts.find((each) => each.type === type && sameCi(each.uid, uid))
