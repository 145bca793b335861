import type { Command } from '../command.ts'
import { actors } from './actors.ts'
import { auditVerify } from './audit-verify.ts'
import { conformanceList } from './conformance-list.ts'
import { conformanceRun } from './conformance-run.ts'
import { database } from './database.ts'
import { demo } from './demo.ts'
import { doctor } from './doctor.ts'
import { init } from './init.ts'
import { installer } from './installer.ts'
import { llcsReplay } from './llcs-replay.ts'
import { ocmfVerify } from './ocmf-verify.ts'
import { version } from './version.ts'

export const commands: readonly Command[] = [
  demo,
  doctor,
  auditVerify,
  init,
  database,
  installer,
  conformanceList,
  conformanceRun,
  llcsReplay,
  ocmfVerify,
  ...actors,
  version,
]
