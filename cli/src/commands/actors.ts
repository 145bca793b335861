import type { ActorDeps, runActor, Running } from '@interlock/host'
import { actorArguments } from '../actor-config.ts'
import type { Command } from '../command.ts'
import { station } from './station.ts'

type Schema = Parameters<typeof runActor>[0]

/** `load` imports the actor when it is run, with its config's schema and its start. */
const actor = <Config>(
  name: string,
  summary: string,
  load: () => Promise<{
    schema: Schema
    start: (config: Config, deps: ActorDeps) => Promise<Running>
  }>,
  example = `interlock ${name} --config street/${name}/config.json`,
): Command => ({
  name,
  summary,
  usage: `interlock ${name} --config FILE`,
  example,
  // Nothing else: no flag can weaken an actor.
  flags: { config: { kind: 'text', value: 'FILE', help: 'its configuration, JSON' } },
  run: async ({ flags, print }) => {
    const argv = actorArguments(flags, { example })
    const { runActor } = await import('@interlock/host')
    const { schema, start } = await load()
    const exitCode = await runActor(schema, start, argv)
    if (exitCode === 0) print({ actor: name, exitCode }, `${name} has closed`)
    return exitCode
  },
})

/** One row per actor that can be run as a process of its own. */
export const actors: readonly Command[] = [
  actor('authority', 'run the charging authority', async () => {
    const { AuthorityConfig, startAuthority } = await import('@interlock/authority')
    return { schema: AuthorityConfig, start: startAuthority }
  }),
  actor('supervisor', 'run the central supervisor', async () => {
    const { startSupervisor, SupervisorConfig } = await import('@interlock/supervisor')
    return { schema: SupervisorConfig, start: startSupervisor }
  }),
  actor('csms', 'run a charging station management system', async () => {
    const { CsmsConfig, startCsms } = await import('@interlock/csms')
    return { schema: CsmsConfig, start: startCsms }
  }),
  actor('dsrsp', 'run a demand-side response service provider', async () => {
    const { DsrspConfig, startDsrsp } = await import('@interlock/dsrsp')
    return { schema: DsrspConfig, start: startDsrsp }
  }),
  actor('dcc', 'run the smart-meter data company (simulated)', async () => {
    const { DccConfig, startDcc } = await import('@interlock/dcc')
    return { schema: DccConfig, start: startDcc }
  }),
  actor('meter', 'run a smart meter (simulated hardware)', async () => {
    const { MeterConfig, startMeter } = await import('@interlock/meter')
    return { schema: MeterConfig, start: startMeter }
  }),
  actor('hub', 'run a communications hub (simulated hardware)', async () => {
    const { HubConfig, startHub } = await import('@interlock/hub')
    return { schema: HubConfig, start: startHub }
  }),
  actor('llcs', 'run a local load control supervisor (simulated hardware)', async () => {
    const { LlcsConfig, startLlcs } = await import('@interlock/llcs')
    return { schema: LlcsConfig, start: startLlcs }
  }),
  station,
  actor('supplier', 'run an energy supplier', async () => {
    const { startSupplier, SupplierConfig } = await import('@interlock/supplier')
    return { schema: SupplierConfig, start: startSupplier }
  }),
  actor('dso', 'run a distribution operator', async () => {
    const { DsoConfig, startDso } = await import('@interlock/dso')
    return { schema: DsoConfig, start: startDso }
  }),
  actor('broker', 'run the middleware: it carries sealed messages and reads none', async () => {
    const { BrokerConfig, startBroker } = await import('@interlock/broker')
    return { schema: BrokerConfig, start: startBroker }
  }),
  actor('cir', 'run the central interoperability register of driver tokens', async () => {
    const { CirConfig, startCir } = await import('@interlock/cir')
    return { schema: CirConfig, start: startCir }
  }),
  actor('emsp', 'run an e-mobility provider', async () => {
    const { EmspConfig, startEmsp } = await import('@interlock/emsp')
    return { schema: EmspConfig, start: startEmsp }
  }),
  actor('keys', 'run the key server: who may read which topic', async () => {
    const { KeysConfig, startKeys } = await import('@interlock/keys')
    return { schema: KeysConfig, start: startKeys }
  }),
  actor('web', 'run the console and the arm page', async () => {
    const { startWeb, WebConfig } = await import('@interlock/web')
    return { schema: WebConfig, start: startWeb }
  }),
]
