import { actorConfig, ListenConfig } from '@interlock/host'
import { BudgetLimits, nationalBudget } from '@interlock/contract'
import { Type, type Static } from 'typebox'

const strict = { additionalProperties: false }
const Path = Type.String({ minLength: 1, maxLength: 4096 })
const Url = Type.String({ minLength: 1, maxLength: 2048 })

export const SupervisorConfig = actorConfig({
  feeder: Type.String({ minLength: 1, maxLength: 32 }),
  /** Folder with key and chain under the charging root; it listens and countersigns with them. */
  identity: Path,
  /** Folder with key and chain under the smart-meter root, to ask the DCC's ledger. */
  smartMeterIdentity: Path,
  trust: Type.Object({ charging: Path, smartMeter: Path }, strict),
  /** `postgres://…` */
  database: Url,
  listen: ListenConfig,
  peers: Type.Object({ authority: Url, dcc: Url }, strict),
  /** Limits of this ledger. */
  budget: Type.Object(BudgetLimits.properties, { ...strict, default: { ...nationalBudget } }),
  /** Commands of one originator to one station that are looked at in any hour. */
  commandsPerHourMax: Type.Integer({ minimum: 1, maximum: 3_600, default: 30 }),
  /** Chains (PEM) of the providers whose commands are known here, registered at start. */
  providers: Type.Array(Path, { maxItems: 1_000, default: [] }),
  /** Firmware that may run, registered at start. */
  firmware: Type.Array(
    Type.Object(
      {
        sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
        maker: Type.String({ minLength: 1, maxLength: 64 }),
        version: Type.String({ minLength: 1, maxLength: 64 }),
      },
      strict,
    ),
    { maxItems: 1_000, default: [] },
  ),
})
export type SupervisorConfig = Static<typeof SupervisorConfig>
