import { BudgetLimits, nationalBudget } from '@interlock/contract'
import { actorConfig, ListenConfig } from '@interlock/host'
import { Type, type Static } from 'typebox'
import { AnomalyRules } from './thresholds.ts'

const strict = { additionalProperties: false }
const Path = Type.String({ minLength: 1, maxLength: 4096 })
const Url = Type.String({ minLength: 1, maxLength: 2048 })
const Eui = Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' })

/** One device of the inventory. One certificate, whose key both signs and agrees. */
export const DeviceConfig = Type.Object(
  {
    eui: Eui,
    kind: Type.Union([Type.Literal('meter'), Type.Literal('llcs')]),
    /** The communications hub of its home. */
    hub: Eui,
    /** PEM file, smart-meter root: the certificate and its issuer. */
    certificate: Path,
    /** Organisations that install it and take it away; nobody else of their roles may. */
    responsible: Type.Array(Eui, { maxItems: 16, default: [] }),
    /** Organisations that may read it beside those: the consumer consents, or has a contract with them. */
    readers: Type.Array(Eui, { maxItems: 16, default: [] }),
    /** What an LLCS controls: the EVSEs behind it, by auxiliary controller number. */
    controllers: Type.Array(
      Type.Object(
        {
          number: Type.Integer({ minimum: 1, maximum: 5 }),
          ratingWatts: Type.Integer({ minimum: 1, maximum: 350_000 }),
        },
        strict,
      ),
      { maxItems: 5, default: [] },
    ),
  },
  strict,
)
export type DeviceConfig = Static<typeof DeviceConfig>

const UserRole = Type.Union([
  Type.Literal('supplier'),
  Type.Literal('dsrsp'),
  Type.Literal('csms'),
  Type.Literal('web'),
])

export const DccConfig = actorConfig({
  feeder: Type.String({ minLength: 1, maxLength: 32 }),
  /** Folder with key and chain under the smart-meter root: it listens, and MACs, with them. */
  identity: Path,
  /** Folder with key and chain under the charging root, to ask the supervisor's ledger. */
  chargingIdentity: Path,
  trust: Type.Object({ charging: Path, smartMeter: Path }, strict),
  /** `postgres://…` */
  database: Url,
  /** HTTPS: DUIS, the ledger, events. */
  listen: ListenConfig,
  /** Where communications hubs connect. */
  wan: ListenConfig,
  peers: Type.Object({ supervisor: Url }, strict),
  /** Limits of this ledger. */
  budget: Type.Object(BudgetLimits.properties, { ...strict, default: { ...nationalBudget } }),
  /** Thresholds and attribute limits, beyond which a request is quarantined; the defaults stand for what is not named. */
  anomaly: Type.Object(AnomalyRules.properties, {
    additionalProperties: false,
    default: {},
  }),
  /** Users that alerts are brought to, each at `POST` of an address under the smart-meter root. */
  alerts: Type.Array(Type.Object({ organisation: Eui, role: UserRole, url: Url }, strict), {
    maxItems: 1_000,
    default: [],
  }),
  /** Future-dated requests that one user may have waiting. */
  futureDatedMost: Type.Integer({ minimum: 1, maximum: 100_000, default: 1_000 }),
  inventory: Type.Object(
    {
      hubs: Type.Array(Eui, { maxItems: 20_000 }),
      devices: Type.Array(DeviceConfig, { maxItems: 40_000 }),
      /** Of them, those that nobody can command before they are pre-notified, installed and commissioned. */
      awaited: Type.Array(Eui, { maxItems: 60_000, default: [] }),
    },
    strict,
  ),
  /** Revoked certificates of the smart-meter root (PEM, `X509 CRL`). */
  revocationList: Type.Optional(Path),
})
export type DccConfig = Static<typeof DccConfig>
