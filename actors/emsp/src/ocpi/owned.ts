import { instant, inTurnByKey, ok, refused, type Instant } from '@interlock/kernel'
import {
  afterPatch,
  afterPut,
  checkOwner,
  ocpiTime,
  ownerName,
  partIn,
  withPart,
  type Answer,
  type Asked,
  type Location,
  type OcpiHandlers,
  type OcpiObject,
  type OwnedName,
} from '@interlock/ocpi'
import type { OcpiObjects } from '@interlock/store'

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
  // A part is put into what is there: of two at once neither is lost.
  const turn = inTurnByKey<string>()
  const inTurn =
    <From extends Pick<Asked, 'caller' | 'params'>>(handle: (asked: From) => Promise<Answer>) =>
    (asked: From): Promise<Answer> => {
      const { owner, id } = nameOf('', asked)
      return turn(`${owner} ${id.toUpperCase()}`, () => handle(asked))
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
  const place = async (
    asked: From,
    work: (location: Location) => Answer | Promise<Answer>,
  ): Promise<Answer> => {
    const { caller, params } = asked
    const owner = checkOwner(caller.owner, params)
    if (!owner.ok) return owner
    const location: Location | undefined = await known<'Location'>('locations', asked)
    return location === undefined ? refused('LocationUnknown', params['id']) : work(location)
  }
  const getPart = (asked: From): Promise<Answer> =>
    place(asked, (location) => {
      const data = partIn(location, asked.params)
      return data === undefined ? refused('ObjectUnknown') : ok({ data })
    })
  const changePart =
    (isWhole: boolean) =>
    (asked: From & { readonly body: Readonly<Record<string, unknown>> }): Promise<Answer> =>
      place(asked, (location) => {
        const whole = withPart(location, asked.params, asked.body, isWhole)
        return whole.ok ? keep('locations', asked, whole.value) : whole
      })
  return {
    'locations.get': get('locations'),
    'locations.put': inTurn(put('Location', 'locations')),
    'locations.patch': inTurn(patch('Location', 'locations')),
    'locations.evse.get': getPart,
    'locations.evse.put': inTurn(changePart(true)),
    'locations.evse.patch': inTurn(changePart(false)),
    'locations.connector.get': getPart,
    'locations.connector.put': inTurn(changePart(true)),
    'locations.connector.patch': inTurn(changePart(false)),
    'sessions.get': get('sessions'),
    'sessions.put': inTurn(put('Session', 'sessions')),
    'sessions.patch': inTurn(patch('Session', 'sessions')),
    'tariffs.get': get('tariffs'),
    'tariffs.put': inTurn(put('Tariff', 'tariffs')),
    async 'tariffs.delete'(asked) {
      const owner = checkOwner(asked.caller.owner, asked.params)
      if (!owner.ok) return owner
      const removed = await objects.remove(nameOf('tariffs', asked))
      return removed ? ok({}) : refused('ObjectUnknown', asked.params['id'])
    },
  }
}

type Dated = { readonly last_updated: string }
const timeOf = ({ last_updated: text }: Dated): Instant => ocpiTime(text) ?? instant(0)
