import { type Browser, browserFetch, makeBrowser } from '../../tools/testing/browser-fetch.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { parties, testServices } from '../../tools/testing/test-services.ts'
import { ada, eve, signedUp } from '../../tools/testing/test-users.ts'
import { type AuthState, type Client, createClient } from '../src/client.ts'

export interface Tab extends Client {
  /** What `onAuthStateChange` has told, oldest first. */
  readonly heard: AuthState[]
}

/** The API with two accounts, and a browser that opens tabs. Each tab is a client with its own memory. */
export async function makeSetting(change: Parameters<typeof testServices>[0] = {}) {
  const services = testServices(change)
  const api = gateway(services)
  for (const person of [ada, eve]) await signedUp(api, person)
  const browser = makeBrowser()
  return {
    services,
    api,
    browser,
    tab: (apis: readonly string[] = []) => tabOf(browserFetch(api, browser), apis),
  }
}

export function tabOf(fetch: typeof globalThis.fetch, apis: readonly string[] = []): Tab {
  const heard: AuthState[] = []
  const client = createClient({ issuer: parties.issuer, apis, fetch })
  client.onAuthStateChange((state) => heard.push(state))
  return { ...client, heard }
}

export const credentials = ({ email, password } = ada) => ({ email, password })
/** Logs somebody in on a page of another origin. It has the same cookies, and other memory. */
export const logInElsewhere = (api: ReturnType<typeof gateway>, browser: Browser, person = ada) =>
  browserFetch(api, browser)(`${parties.issuer}/auth/login`, {
    method: 'POST',
    credentials: 'include',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(credentials(person)),
  })
export const count = ({ sent }: Browser, route: string) =>
  sent.filter((request) => request.route === route).length
export const refreshes = (browser: Browser) => count(browser, 'POST /auth/refresh')
export const events = ({ heard }: Tab) => heard.map(({ event }) => event)
/** A storage for the refresh token of an app. */
export function memoryStorage() {
  let stored: string | undefined
  return {
    get: async () => stored,
    set: async (token: string) => {
      stored = token
    },
    remove: async () => {
      stored = undefined
    },
  }
}

/** Time for messages between tabs to arrive. */
export const messages = () => new Promise((resolve) => setTimeout(resolve, 30))

/** Lets every timer that `run` starts end ten times sooner. Requests and locks are as quick as ever. */
export async function tenTimesFaster<T>(run: () => Promise<T>): Promise<T> {
  const { setTimeout } = globalThis
  const faster = (then: () => void, milliseconds = 0) => setTimeout(then, milliseconds / 10)
  globalThis.setTimeout = faster as typeof setTimeout
  try {
    return await run()
  } finally {
    globalThis.setTimeout = setTimeout
  }
}

const clocks = { wall: 0, monotonic: 0 }
/** Moves the clocks of this process: both, or only one of them. */
export function later(
  seconds: number,
  which: readonly (keyof typeof clocks)[] = ['wall', 'monotonic'],
): void {
  for (const clock of which) clocks[clock] += seconds * 1000
}

/** Lets every test of a file run in a document, whose `localStorage` and events all tabs share. */
export function inDocument() {
  const stored = new Map<string, string>()
  const listeners = new Set<() => void>()
  const channels: BroadcastChannel[] = []
  const { BroadcastChannel: RealChannel } = globalThis
  const realNow = { wall: Date.now, monotonic: performance.now.bind(performance) }
  const globals: Record<string, unknown> = {
    document: { visibilityState: 'visible' },
    localStorage: {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => void stored.set(key, value),
    },
    addEventListener: (_: string, listener: () => void) => listeners.add(listener),
    BroadcastChannel: function OpenChannel(name: string) {
      const channel = new RealChannel(name)
      channels.push(channel)
      return channel
    },
  }
  beforeEach(() => {
    for (const [name, value] of Object.entries(globals)) {
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
    }
    Date.now = () => realNow.wall() + clocks.wall
    performance.now = () => realNow.monotonic() + clocks.monotonic
  })
  afterEach(() => {
    for (const channel of channels.splice(0)) channel.close()
    for (const name of ['document', 'localStorage', 'addEventListener']) delete (globalThis as never)[name]
    globalThis.BroadcastChannel = RealChannel
    Date.now = realNow.wall
    performance.now = realNow.monotonic
    Object.assign(clocks, { wall: 0, monotonic: 0 })
    stored.clear()
    listeners.clear()
  })
  return {
    stored,
    /** As a tab that comes back from the back-forward cache. */
    show: () => {
      for (const listener of listeners) listener()
    },
  }
}
