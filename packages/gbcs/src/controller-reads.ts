import { requestHead, type Target } from './access.ts'
import { constant, type Layout } from './layout.ts'

/** Auxiliary controllers 1…5. */
const controllers = [1, 2, 3, 4, 5] as const

/** The object of one controller, 0-0:94.44.0.x: its description from 11 on, its kind from 21, its state from 31. */
const objectOf = (last: number): Target => ({
  service: 'get',
  classId: 1,
  obis: [0, 0, 94, 44, 0, last],
  id: 2,
})
const named = (name: string, target: Target) => ({ name, of: () => target })

const read = (targets: Parameters<typeof requestHead>[0]): Layout<object> => [
  ...requestHead(targets),
  constant('nothing for what is read', ...targets.map(() => 0)),
]

const configurationTargets = [
  ...controllers.map((each) => named(`description of controller ${each}`, objectOf(10 + each))),
  named('special days', {
    service: 'get',
    classId: 11,
    obis: [0, 0, 11, 0, 3, 255],
    id: 2,
  }),
  named('schedule', { service: 'get', classId: 10, obis: [0, 0, 12, 0, 2, 255], id: 2 }),
]
const operationTargets = [
  ...controllers.map((each) => named(`kind of controller ${each}`, objectOf(20 + each))),
  ...controllers.map((each) => named(`state of controller ${each}`, objectOf(30 + each))),
]

/** ECS61d: how the auxiliary controllers are set up. */
export const controllerConfiguration = {
  layout: read(configurationTargets),
  results: configurationTargets.map(() => 1),
  objects: configurationTargets.map(({ name }) => name),
}
/** ECS61e: what they do now. */
export const controllerOperation = {
  layout: read(operationTargets),
  results: operationTargets.map(() => 1),
  objects: operationTargets.map(({ name }) => name),
}
