import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/** What a test received from a route. */
export interface ReceivedAnswer {
  readonly status: number
  readonly header: (name: string) => string | undefined
  /** The parsed body; `undefined` where there is none. */
  readonly body: unknown
  /** Whether the body cannot be read, as after `HEAD`. */
  readonly isWithoutBody?: boolean
}

interface Response {
  readonly $ref?: string
  readonly headers?: object
  readonly content?: Readonly<Record<string, object>>
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { responses: Record<string, Response> }>>>>
}

const FILE = 'functions/openapi.json'

let read: { readonly document: Document; readonly ajv: Ajv2020 } | undefined
function load() {
  if (read) return read
  const document = JSON.parse(readFileSync(FILE, 'utf8'))
  // Not strict, because a document has members that are no keywords of JSON Schema.
  const ajv = new Ajv2020({ strict: false, validateSchema: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema(document, FILE)
  read = { document, ajv }
  return read
}

/** Matches the requests to a path such as `/users/{userId}`, with a group for each parameter. */
export const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`)

/** The paths of the document that match. A fixed path goes before one with parameters, as in API Gateway. */
const pathsAt = (pathname: string): readonly string[] =>
  Object.keys(load().document.paths)
    .filter((path) => patternOf(path).test(pathname))
    .sort((one, other) => one.split('{').length - other.split('{').length)

/** The path of the route that serves a request. */
export const routePath = (method: string, pathname: string): string | undefined =>
  pathsAt(pathname).find((path) => load().document.paths[path]?.[method.toLowerCase()])

export const isDocumentedPath = (pathname: string): boolean => pathsAt(pathname).length > 0

/** Compiled once. */
const validatorAt = (pointer: readonly string[]): ValidateFunction => {
  const fragment = pointer.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'))
  const found = load().ajv.getSchema(`${FILE}#/${fragment.map(encodeURIComponent).join('/')}`)
  if (!found) throw new Error(`${FILE} has nothing at ${pointer.join(' ')}`)
  return found
}

/** @throws Error if `functions/openapi.json` does not allow this answer of a route, such as `GET /users/{userId}`. */
export function expectDocumented(
  route: string,
  { status, header, body, isWithoutBody = false }: ReceivedAnswer,
): void {
  const [method = '', path = ''] = route.split(' ')
  const wrong = (what: string) =>
    new Error(
      `${route} answered ${status}, but ${FILE} ${what} (\`npm run generate\` after a change of a contract)`,
    )
  const place = ['paths', path, method.toLowerCase(), 'responses', `${status}`]
  const listed = load().document.paths[path]?.[method.toLowerCase()]?.responses[status]
  if (!listed) throw wrong('does not list this status')
  const pointer = listed.$ref?.slice('#/'.length).split('/') ?? place
  const response = pointer.reduce<any>((value, part) => value?.[part], load().document) as Response

  for (const name of Object.keys(response.headers ?? {}).filter((name) => name === 'Retry-After'))
    if (!/^[1-9]\d*$/.test(header(name) ?? '')) throw wrong(`requires seconds in ${name}`)
  if (!response.content) {
    if (body !== undefined && !isWithoutBody) throw wrong('allows no body')
    return
  }
  const type = header('content-type')?.split(';')[0] ?? ''
  if (!(type in response.content)) throw wrong(`does not allow the content type ${type || 'none'}`)
  if (isWithoutBody) return
  const isValid = validatorAt([...pointer, 'content', type, 'schema'])
  if (!isValid(body)) throw wrong(`does not allow this body: ${load().ajv.errorsText(isValid.errors)}`)
}
