import { instant, ok, refused, type Instant } from '@interlock/kernel'
import {
  afterPatch,
  afterPut,
  checkOwner,
  ocpiTime,
  ownerName,
  withEvse,
  type Answer,
  type Asked,
  type Location,
  type OcpiHandlers,
  type OcpiObject,
  type OwnedName,
} from '@interlock/ocpi'
import type { OcpiObjects } from '@interlock/store'

type Params = Readonly<Record<string, string>>
type From = Pick<Asked, 'caller' | 'params'>

/** What operators tell of themselves: kept as they say it, each under its own name alone (§4.1.6). */
export function ownedHandlers(objects: OcpiObjects): OcpiHandlers {
  const nameOf = (module: string, { caller, params }: From) => ({
    module,
    owner: ownerName(caller.owner),
    id: params['id'] ?? '',
  })
  const known = async <Name extends OwnedName>(
    module: string,
    asked: From,
  ): Promise<OcpiObject<Name> | undefined> =>
    (await objects.find(nameOf(module, asked))) as OcpiObject<Name> | undefined
  const keep = async (module: string, asked: From, object: Dated): Promise<Answer> => {
    const lastUpdated = timeOf(object)
    const kept = await objects.put({ ...nameOf(module, asked), lastUpdated, object })
    return kept === 'full' ? refused('TooManyObjects') : ok({ isNew: kept === 'new' })
  }
  const get =
    (module: string) =>
    async (asked: From): Promise<Answer> => {
      const owner = checkOwner(asked.caller.owner, asked.params)
      if (!owner.ok) return owner
      const data = await known(module, asked)
      return data === undefined ? refused('ObjectUnknown', asked.params['id']) : ok({ data })
    }
  const put =
    <Name extends OwnedName>(name: Name, module: string) =>
    async (asked: From & { readonly body: OcpiObject<Name> }): Promise<Answer> => {
      const { caller, params, body } = asked
      const before = await known<Name>(module, asked)
      const whole = afterPut(name, caller.owner, params, body, before)
      return whole.ok ? keep(module, asked, whole.value) : whole
    }
  const patch =
    <Name extends OwnedName>(name: Name, module: string) =>
    async (asked: From & { readonly body: Readonly<Record<string, unknown>> }): Promise<Answer> => {
      const { caller, params, body } = asked
      const before = await known<Name>(module, asked)
      const whole = afterPatch(name, caller.owner, params, body, before)
      return whole.ok ? keep(module, asked, whole.value) : whole
    }
  const evse =
    (isWhole: boolean) =>
    async (asked: From & { readonly body: Readonly<Record<string, unknown>> }): Promise<Answer> => {
      const { caller, params, body } = asked
      const owner = checkOwner(caller.owner, params)
      if (!owner.ok) return owner
      const location: Location | undefined = await known<'Location'>('locations', asked)
      if (location === undefined) return refused('LocationUnknown', params['id'])
      const whole = withEvse(location, evseIn(params), body, isWhole)
      return whole.ok ? keep('locations', asked, whole.value) : whole
    }
  return {
    'locations.get': get('locations'),
    'locations.put': put('Location', 'locations'),
    'locations.patch': patch('Location', 'locations'),
    'locations.evse.put': evse(true),
    'locations.evse.patch': evse(false),
    'sessions.get': get('sessions'),
    'sessions.put': put('Session', 'sessions'),
    'sessions.patch': patch('Session', 'sessions'),
    'tariffs.get': get('tariffs'),
    'tariffs.put': put('Tariff', 'tariffs'),
    async 'tariffs.delete'(asked) {
      const owner = checkOwner(asked.caller.owner, asked.params)
      if (!owner.ok) return owner
      const removed = await objects.remove(nameOf('tariffs', asked))
      return removed ? ok({}) : refused('ObjectUnknown', asked.params['id'])
    },
  }
}

const evseIn = (params: Params): string => params['evse_uid'] ?? ''

type Dated = { readonly last_updated: string }
const timeOf = ({ last_updated: text }: Dated): Instant => ocpiTime(text) ?? instant(0)
