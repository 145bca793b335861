import { Type } from 'typebox'
import { actorConfig } from './config.ts'
import type { ActorDeps } from './deps.ts'
import { runActor } from './run-actor.ts'

/** A process that is an actor which does nothing but start, say so, and close as its config tells it. */
const schema = actorConfig({
  behaviour: Type.Union([Type.Literal('runs'), Type.Literal('cannotClose')]),
})

async function start(config: { behaviour: string }, { log }: ActorDeps) {
  await Promise.resolve()
  log.info({ secret: 'hunter2', nested: { password: 'hunter2' } }, 'up')
  process.stdout.write('ready\n')
  let closes = 0
  return {
    close: () => {
      process.stdout.write(`closed ${++closes}\n`)
      return config.behaviour === 'cannotClose'
        ? Promise.reject(new Error('a bug while closing'))
        : Promise.resolve()
    },
  }
}

process.exitCode = await runActor(schema, start, process.argv.slice(2))
