import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec'

export interface Resource {
  readonly Type: string
  readonly Properties: Record<string, any>
  readonly DependsOn?: string | readonly string[]
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
}
export type Resources = Readonly<Record<string, Resource>>

const spec = loadAwsServiceSpecSync()
type Property = ReturnType<typeof propertiesOf>[string]
type Type = Property['type']

const attributes = new Set(['Type', 'Properties', 'DependsOn', 'DeletionPolicy', 'UpdateReplacePolicy'])
const pseudo = /^AWS::(AccountId|Partition|Region|StackName|URLSuffix)$/

/**
 * The problems of a template by AWS's published schemas of CloudFormation resources, each with its path: unknown types and
 * properties, missing ones, values of a wrong type or outside their enumeration, references to nothing and in circles.
 */
export function schemaProblems(resources: Resources): string[] {
  const problems = Object.entries(resources).flatMap(([id, resource]) => {
    const type = typeOf(resource.Type)
    if (!type) return [`${id}: there is no ${resource.Type}`]
    const dependsOn = [resource.DependsOn ?? []].flat()
    return [
      ...Object.keys(resource)
        .filter((name) => !attributes.has(name))
        .map((name) => `${id}.${name} is unknown`),
      ...dependsOn.filter((each) => !(each in resources)).map((each) => `${id} depends on no ${each}`),
      ...objectProblems(type.properties, resource.Properties ?? {}, id),
      ...referenceProblems(resource.Properties, resources, id),
    ]
  })
  return problems.length > 0 ? problems : circles(resources)
}

const typeOf = (name: string) => spec.lookup('resource', 'cloudFormationType', 'equals', name)[0]
const propertiesOf = (reference: { readonly $ref: string }) =>
  spec.get('typeDefinition', reference).properties

function objectProblems(schema: Record<string, Property>, value: unknown, path: string): string[] {
  if (!isObject(value)) return [`${path} must be an object`]
  const missing = Object.keys(schema).filter((name) => schema[name]?.required && !(name in value))
  return [
    ...missing.map((name) => `${path}.${name} is missing`),
    ...Object.entries(value).flatMap(([name, each]) => {
      const property = schema[name]
      return property ? valueProblems(property.type, each, `${path}.${name}`) : [`${path}.${name} is unknown`]
    }),
  ]
}

function valueProblems(type: Type, value: unknown, path: string): string[] {
  if (isFunction(value) || type.type === 'json') return []
  if (type.type === 'ref') return objectProblems(propertiesOf(type.reference), value, path)
  if (type.type === 'tag') {
    return isObject(value) && Object.keys(value).sort().join() === 'Key,Value'
      ? []
      : [`${path} must be a tag`]
  }
  if (type.type === 'union') {
    const problems = type.types.map((each) => valueProblems(each, value, path))
    return problems.some((each) => each.length === 0) ? [] : problems.flat()
  }
  if (type.type === 'array') {
    if (!Array.isArray(value)) return [`${path} must be a list`]
    return value.flatMap((each, index) => valueProblems(type.element, each, `${path}[${index}]`))
  }
  if (type.type === 'map') {
    if (!isObject(value)) return [`${path} must be an object`]
    return Object.entries(value).flatMap(([name, each]) =>
      valueProblems(type.element, each, `${path}.${name}`),
    )
  }
  const isOfType = type.type === 'integer' ? Number.isInteger(value) : typeof value === type.type
  if (!isOfType) return [`${path} must be ${type.type}`]
  const allowed = 'allowedValues' in type ? (type.allowedValues as readonly unknown[] | undefined) : undefined
  return allowed && !allowed.includes(value) ? [`${path} must be one of ${allowed.join(', ')}`] : []
}

/** Every `Ref`, `Fn::GetAtt` and `Fn::Sub` must name something in the template, and an attribute of its type. */
function referenceProblems(value: unknown, resources: Resources, path: string): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, each]) => {
    if (name === 'Ref') return nameProblems(String(each), resources, path)
    if (name === 'Fn::GetAtt') return nameProblems(each.join('.'), resources, path)
    if (name === 'Fn::Sub') {
      const names = [...String(each).matchAll(/\$\{([^}]+)\}/g)].map(([, found = '']) => found)
      return names.flatMap((found) => nameProblems(found, resources, path))
    }
    return referenceProblems(each, resources, `${path}.${name}`)
  })
}

function nameProblems(name: string, resources: Resources, path: string): string[] {
  if (pseudo.test(name)) return []
  const [id = '', ...rest] = name.split('.')
  const resource = resources[id]
  if (!resource) return [`${path} refers to ${name}, which does not exist`]
  const attribute = rest.join('.')
  const has = attribute === '' || attribute in (typeOf(resource.Type)?.attributes ?? {})
  return has ? [] : [`${path} refers to ${attribute}, which ${resource.Type} has not`]
}

/** Resources that wait for each other, which CloudFormation refuses. */
function circles(resources: Resources): string[] {
  const waitsFor = new Map(
    Object.entries(resources).map(([id, { DependsOn = [], Properties }]) => [
      id,
      new Set([DependsOn, namesIn(Properties)].flat()),
    ]),
  )
  // A resource whose references are all made can be made next. What remains is a circle.
  for (let before = -1; before !== waitsFor.size; ) {
    before = waitsFor.size
    for (const [id, names] of waitsFor) {
      if (![...names].some((name) => waitsFor.has(name))) waitsFor.delete(id)
    }
  }
  return [...waitsFor.keys()].map((id) => `${id} waits for itself`)
}

const namesIn = (value: unknown): string[] =>
  [...JSON.stringify(value ?? {}).matchAll(/"Ref":"(\w+)"|"Fn::GetAtt":\["(\w+)"|\$\{(\w+)/g)].map(
    ([, ref, attribute, sub]) => ref ?? attribute ?? sub ?? '',
  )

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** CloudFormation's own functions stand for a value that is known only at deployment. */
function isFunction(value: unknown): boolean {
  if (!isObject(value)) return false
  const [name = '', ...others] = Object.keys(value)
  return others.length === 0 && /^(Ref|Fn::(GetAtt|Sub|Join))$/.test(name)
}
