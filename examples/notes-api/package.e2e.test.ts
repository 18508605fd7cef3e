import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { type Resources, schemaProblems } from '../../tools/testing/cloudformation.ts'
import { framework } from '../../tools/testing/compiled.ts'

const service = 'examples/notes-api'
const folder = mkdtempSync(join(tmpdir(), 'notes-package-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Packages with no credentials and no home. */
function packaged(env: Record<string, string>) {
  const within = (name: string) => relative(service, join(folder, name))
  const args = [
    'package',
    '--stage',
    'prod',
    '--package',
    within('package'),
    '--param',
    `bundles=${within('b')}`,
  ]
  const { status, stdout, stderr } = spawnSync(resolve('node_modules/.bin/serverless'), args, {
    cwd: service,
    env: { ...framework, PATH: process.env.PATH, HOME: folder, ...env },
    encoding: 'utf8',
  })
  return { status, said: stdout + stderr }
}

describe('the notes API', () => {
  it('is packaged without an account, with both authorizers and no permission for that of Cardea', () => {
    const { status, said } = packaged({
      CARDEA_STACK: 'cardea-prod',
      CARDEA_ISSUER: 'https://auth.example.com',
      FRONT_END: 'https://app.example.com',
    })
    expect([status, said]).toEqual([0, expect.stringContaining('Service packaged')])
    const file = readFileSync(join(folder, 'package', 'cloudformation-template-update-stack.json'), 'utf8')
    const resources: Resources = JSON.parse(file).Resources
    expect(schemaProblems(resources)).toEqual([])
    expect(resources.HttpApiAuthorizerAccessToken?.Properties).toMatchObject({
      AuthorizerType: 'JWT',
      JwtConfiguration: { Audience: ['cardea'], Issuer: 'https://auth.example.com' },
    })
    const uri = JSON.stringify(resources.HttpApiAuthorizerCardea?.Properties.AuthorizerUri)
    expect(uri).toContain('{"Fn::ImportValue":"cardea-prod-authorizer"}')
    const routes = Object.values(resources).filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route')
    expect(
      routes.map(({ Properties }) => [Properties.RouteKey, Properties.AuthorizationType]).sort(),
    ).toEqual([
      ['DELETE /notes/{noteId}', 'CUSTOM'],
      ['GET /notes', 'CUSTOM'],
      ['GET /users/{userId}/notes/count', 'JWT'],
      ['POST /notes', 'CUSTOM'],
    ])
    const permissions = Object.values(resources).filter(({ Type }) => Type === 'AWS::Lambda::Permission')
    expect(permissions).toHaveLength(4)
    expect(JSON.stringify(permissions)).not.toContain('ImportValue')
    // The local authorizers, which are no part of a deployment, would be named so.
    expect(Object.keys(resources).join()).not.toMatch(/local/i)
    expect(JSON.stringify(resources)).not.toContain('localhost')
  })

  it('is not packaged without an issuer, without which the gateway could trust no token', () => {
    const { status, said } = packaged({})
    expect([status, said]).toEqual([1, expect.stringContaining('authorizers.accessToken.issuerUrl')])
  })
})
