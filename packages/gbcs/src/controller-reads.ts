import { readOf, type Target } from './access.ts'

/** Auxiliary controllers 1…5. */
const controllers = [1, 2, 3, 4, 5] as const

type Read = Omit<Target, 'service'>
/** The object of one controller, 0-0:94.44.0.x: its description from 11 on, its kind from 21, its state from 31. */
const objectOf = (last: number): Read => ({ classId: 1, obis: [0, 0, 94, 44, 0, last], id: 2 })
const named = (name: string, target: Read) => ({ name, target })

/** ECS61d: how the auxiliary controllers are set up. */
export const controllerConfiguration = readOf([
  ...controllers.map((each) => named(`description of controller ${each}`, objectOf(10 + each))),
  named('special days', { classId: 11, obis: [0, 0, 11, 0, 3, 255], id: 2 }),
  named('schedule', { classId: 10, obis: [0, 0, 12, 0, 2, 255], id: 2 }),
])
/** ECS61e: what they do now. */
export const controllerOperation = readOf([
  ...controllers.map((each) => named(`kind of controller ${each}`, objectOf(20 + each))),
  ...controllers.map((each) => named(`state of controller ${each}`, objectOf(30 + each))),
])
