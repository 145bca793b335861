import { ensureDir, writeAtomic } from '@interlock/host'
import * as configs from './configs.ts'

type Place = { readonly root: string; readonly config: string }

/** Keeps an actor's config where `interlock ACTOR --config FILE` finds it; its owner's alone. */
export function writeConfig(config: object, { root, config: path }: Place): void {
  ensureDir(root)
  writeAtomic(path, `${JSON.stringify(config, null, 2)}\n`, 0o600)
}

/** Writes the config of every actor but the web's, which needs accounts. */
export function writeConfigs(plan: configs.Plan): void {
  const { server, device } = plan.layout
  writeConfig(configs.authorityConfig(plan), server('authority'))
  writeConfig(configs.supervisorConfig(plan), server('supervisor'))
  writeConfig(configs.dccConfig(plan), server('dcc'))
  writeConfig(configs.dsrspConfig(plan), server('dsrsp'))
  writeConfig(configs.csmsConfig(plan), server('csms'))
  writeConfig(configs.supplierConfig(plan), server('supplier'))
  for (const home of plan.homes) {
    writeConfig(configs.hubConfig(plan, home), device('hub', home))
    writeConfig(configs.meterConfig(plan, home), device('meter', home))
    writeConfig(configs.llcsConfig(plan, home), device('llcs', home))
    writeConfig(configs.stationConfig(plan, home), device('station', home))
  }
}
