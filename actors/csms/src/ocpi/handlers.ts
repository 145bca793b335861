import { instant, ok, refused, type Instant } from '@interlock/kernel'
import {
  afterPatch,
  afterPut,
  checkOwner,
  ocpiTime,
  sameCi,
  type Answer,
  type Asked,
  type Location,
  type OcpiHandlers,
  type Token,
} from '@interlock/ocpi'
import type { Commands } from '../commands.ts'
import { profileHandlers } from './charging-profiles.ts'
import { tokenName } from './admissions.ts'
import { commandHandlers } from './commands.ts'
import { settledBy } from './driver.ts'
import { openTo } from './open-places.ts'
import type { ProfileWatch } from './profile-watch.ts'
import type { RoamingDesk } from './roaming.ts'

/** What an operator answers to providers. */
export function cpoHandlers(
  desk: RoamingDesk,
  commands: Commands,
  locations: () => readonly Location[],
  watch: ProfileWatch,
): OcpiHandlers {
  const { objects } = desk
  type Of = Pick<Asked, 'caller' | 'params'>
  const open = ({ caller }: Pick<Asked, 'caller'>) => openTo(desk, locations(), caller.owner)
  const found = async ({ caller, params }: Of): Promise<Location | undefined> =>
    (await open({ caller })).find(({ id }) => sameCi(id, params['id'] ?? ''))
  const mine = (module: 'sessions' | 'cdrs') => async (asked: Pick<Asked, 'caller' | 'page'>) => {
    const { objects: data, total, next } = await objects.list(module, asked.page, asked.caller.name)
    return ok({ data, total, next })
  }
  const evseIn = async (asked: Of) =>
    (await found(asked))?.evses?.find(({ uid }) => sameCi(uid, asked.params['evse_uid'] ?? ''))
  const one = (data: unknown): Answer =>
    data === undefined ? refused('ObjectUnknown') : ok({ data })
  return {
    'locations.list': async ({ caller, page }) => paged(await open({ caller }), page),
    'locations.one': async (asked) => one(await found(asked)),
    'locations.evse': async (asked) => one(await evseIn(asked)),
    'locations.connector': async (asked) => {
      const evse = await evseIn(asked)
      return one(evse?.connectors.find(({ id }) => sameCi(id, asked.params['connector_id'] ?? '')))
    },
    'sessions.list': mine('sessions'),
    'cdrs.list': mine('cdrs'),
    'tariffs.list': ({ page }) => paged([desk.tariff], page),
    ...tokenHandlers(desk),
    ...commandHandlers(desk, commands),
    ...profileHandlers(desk, commands, watch),
  }
}

/** Tokens that providers push: each its own, under their own names (§12.2.1). */
function tokenHandlers({ objects, context }: RoamingDesk): OcpiHandlers {
  type From = Pick<Asked, 'caller' | 'params' | 'query'>
  const nameOf = ({ caller, params, query }: From) =>
    tokenName(caller.owner, query['type'] ?? 'RFID', params['id'] ?? '')
  const known = async (asked: From) => (await objects.find(nameOf(asked))) as Token | undefined
  const keep = async (asked: From, token: Token): Promise<Answer> => {
    if (token.type !== (asked.query['type'] ?? 'RFID')) return refused('NameDiffers', 'type')
    const lastUpdated = ocpiTime(token.last_updated) ?? instant(0)
    const kept = await objects.put({ ...nameOf(asked), lastUpdated, object: token })
    if (kept === 'full') return refused('TooManyObjects')
    await settledBy(context, token)
    return ok({ isNew: kept === 'new' })
  }
  return {
    async 'tokens.get'(asked) {
      const owner = checkOwner(asked.caller.owner, asked.params)
      if (!owner.ok) return owner
      const data = await known(asked)
      return data === undefined ? refused('TokenUnknown') : ok({ data })
    },
    async 'tokens.put'(asked) {
      const { caller, params, body } = asked
      const token = afterPut('Token', caller.owner, params, body, await known(asked))
      return token.ok ? keep(asked, token.value) : token
    },
    async 'tokens.patch'(asked) {
      const { caller, params, body } = asked
      const token = afterPatch('Token', caller.owner, params, body, await known(asked))
      return token.ok ? keep(asked, token.value) : token
    },
  }
}

type Dated = { readonly last_updated: string }
const timeOf = ({ last_updated: text }: Dated): Instant => ocpiTime(text) ?? instant(0)

function paged(all: readonly Dated[], page: Asked['page']): Answer {
  const { offset, limit, from = -Infinity, to = Infinity } = page
  const those = all.filter((each) => timeOf(each) >= from && timeOf(each) < to)
  return ok({ data: those.slice(offset, offset + limit), total: those.length })
}
