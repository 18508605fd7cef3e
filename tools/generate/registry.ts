import { readdir } from 'node:fs/promises'
import type {
  AuthorizerContract,
  Contract,
  EventContract,
  Need,
  PagesContract,
  ScheduleContract,
  StreamContract,
} from '../../lib/contract/contract.ts'

/** One function to deploy: its name in `functions.yml`, its file without ending, its contract. */
export interface Entry<
  C = Contract | PagesContract | AuthorizerContract | StreamContract | ScheduleContract | EventContract,
> {
  readonly name: string
  readonly file: string
  readonly contract: C
}

/** The files of the functions in their folder, so that no list of routes has to be maintained. */
export async function handlerFiles(): Promise<readonly string[]> {
  return (await readdir('functions', { recursive: true }))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.replaceAll('\\', '/'))
    .sort()
}

export async function registry(): Promise<readonly Entry[]> {
  return Promise.all(
    (await handlerFiles()).map(async (file) => {
      const { contract } = await import(`../../functions/${file}`)
      if (!contract) throw new Error(`functions/${file} exports no contract`)
      const path = file.slice(0, -'.ts'.length)
      return { name: nameOf(path), file: `functions/${path}`, contract }
    }),
  )
}

export const isRoute = (entry: Entry): entry is Entry<Contract> => 'method' in entry.contract
/** Whether a function exists whatever is configured. The others require providers of social login. */
export const isAlways = ({ contract }: Entry): boolean => !('requires' in contract && contract.requires)

/** The functions of a deployment. */
export const deployedWith = async (hasProviders: boolean): Promise<readonly Entry[]> =>
  (await registry()).filter((entry) => hasProviders || isAlways(entry))
export const isStream = (entry: Entry): entry is Entry<StreamContract> => 'stream' in entry.contract

/** What a function needs only if PROVIDERS is set. */
export const providerNeedsOf = ({ contract }: Entry): readonly Need[] =>
  ('providerNeeds' in contract && contract.providerNeeds) || []

/** What a function needs if PROVIDERS is set. */
export const allNeedsOf = (entry: Entry): readonly Need[] => [
  ...(entry.contract.needs ?? []),
  ...providerNeedsOf(entry),
]

/** `users/get-me` -> `usersGetMe`. */
const nameOf = (path: string) => path.replace(/[/-](\w)/g, (_, letter: string) => letter.toUpperCase())

export const capitalized = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`
