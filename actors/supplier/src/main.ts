import { runActor } from '@interlock/host'
import { SupplierConfig, startSupplier } from './index.ts'

process.exitCode = await runActor(SupplierConfig, startSupplier, process.argv.slice(2))
