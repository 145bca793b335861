import { exits, type Command } from '../command.ts'

export const armModule: Command = {
  name: 'arm-module',
  summary: 'the digest of the code that signs in browsers; or whether a page serves that code',
  usage: 'interlock arm-module [--page https://HOST:PORT]',
  example: 'interlock arm-module --page https://127.0.0.1:7361',
  flags: {
    page: {
      kind: 'text',
      value: 'URL',
      help: 'origin of an arm page, whose code is compared with this one',
    },
  },
  run: async ({ flags, print }) => {
    const { armModuleSha256 } = await import('@interlock/web')
    const sha256 = armModuleSha256()
    const page = flags['page']
    if (typeof page !== 'string') {
      print({ sha256 }, sha256)
      return exits.done
    }
    const { servedModule } = await import('../served-module.ts')
    const served = armModuleSha256(await servedModule(page))
    const same = served === sha256
    print(
      { sha256, served, same },
      same
        ? `${page} serves the code that is built here: ${sha256}`
        : `${page} serves other code than is built here:\n  served ${served}\n  here   ${sha256}`,
    )
    return same ? exits.done : exits.failed
  },
}
