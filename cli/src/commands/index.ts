import type { Command } from '../command.ts'
import { version } from './version.ts'

export const commands: readonly Command[] = [version]
