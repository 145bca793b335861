import type { ArmKey } from './key.ts'

/** What this device keeps of a home it is enrolled in. A server that says otherwise is not believed. */
export type PinnedHome = {
  readonly station: string
  readonly stationEui: string
  /** EUI-64 of the home's local load control supervisor: the target of every arm. */
  readonly target: string
  readonly controller: number
  readonly ratingWatts: number
  readonly place: string
  /** SPKI, base64, of the supervisor that confirms the charger's hours. */
  readonly supervisorKey?: string
  /** Of the latest statement about its hours that this device has seen: an earlier one is not believed. */
  readonly hoursSeen?: number
}

/** Where the key and the pins live: IndexedDB in a browser, memory for a scripted person. */
export interface ArmStore {
  key(): Promise<ArmKey | undefined>
  keepKey(key: ArmKey): Promise<void>
  home(station: string): Promise<PinnedHome | undefined>
  keepHome(home: PinnedHome): Promise<void>
  /** Forgets the key and every home: this device is given away. */
  forget(): Promise<void>
}

export function memoryStore(): ArmStore {
  let held: ArmKey | undefined
  const homes = new Map<string, PinnedHome>()
  return {
    key: async () => held,
    keepKey: async (key) => {
      held = key
    },
    home: async (station) => homes.get(station),
    keepHome: async (home) => {
      homes.set(home.station, home)
    },
    forget: async () => {
      held = undefined
      homes.clear()
    },
  }
}

/** IndexedDB stores a non-extractable CryptoKey as a handle; its bytes never reach a script. */
export async function indexedDbStore(name = 'interlock-arm'): Promise<ArmStore> {
  const opening = indexedDB.open(name, 1)
  opening.addEventListener('upgradeneeded', () => {
    opening.result.createObjectStore('keys')
    opening.result.createObjectStore('homes', { keyPath: 'station' })
  })
  const database = await done(opening)
  const read = (store: string) => database.transaction(store).objectStore(store)
  const write = async (store: string, work: (objects: IDBObjectStore) => IDBRequest) => {
    const transaction = database.transaction(store, 'readwrite', { durability: 'strict' })
    await done(work(transaction.objectStore(store)))
  }
  return {
    key: () => done<ArmKey | undefined>(read('keys').get('owner')),
    keepKey: (key) => write('keys', (keys) => keys.put(key, 'owner')),
    home: (station) => done<PinnedHome | undefined>(read('homes').get(station)),
    keepHome: (home) => write('homes', (homes) => homes.put(home)),
    forget: async () => {
      await write('keys', (keys) => keys.clear())
      await write('homes', (homes) => homes.clear())
    },
  }
}

const done = <Result>(request: IDBRequest<Result>): Promise<Result> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () =>
      reject(new Error('this browser does not keep data for this page', { cause: request.error })),
    )
  })
