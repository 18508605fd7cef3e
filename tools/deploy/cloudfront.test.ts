import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { readConfig } from '../../lib/config.ts'
import { type Resources, schemaProblems } from '../testing/cloudformation.ts'
import { gateway } from '../testing/gateway.ts'
import { testServices } from '../testing/test-services.ts'

const guide = readFileSync('docs/cloudfront.md', 'utf8')
const template = parse(readFileSync('docs/cloudfront.yml', 'utf8')) as {
  readonly Parameters: Readonly<Record<string, { readonly NoEcho?: boolean; readonly MinLength?: number }>>
  readonly Resources: Resources
}
/** References to parameters become texts. */
const filled = JSON.parse(
  JSON.stringify(template.Resources).replace(/\{"Ref":"(\w+)"\}/g, (found, name: string) =>
    name in template.Parameters ? JSON.stringify(name) : found,
  ),
) as Resources
const { Distribution, OriginRequestPolicy, WebAcl } = filled
const distribution = Distribution?.Properties.DistributionConfig

describe('docs/cloudfront.yml', () => {
  it('is valid by the schemas of CloudFormation, which would find an error', () => {
    expect(schemaProblems(filled)).toEqual([])
    const broken = structuredClone(filled) as Record<string, any>
    broken.Distribution.Properties.DistributionConfig.Origins[0].OriginCustomHeader = []
    delete broken.WebAcl.Properties.Scope
    expect(schemaProblems(broken)).toEqual([
      expect.stringContaining('OriginCustomHeader is unknown'),
      'WebAcl.Scope is missing',
    ])
  })

  it('adds the secret at the origin, and hides it in the stack', () => {
    const { OriginCustomHeaders, CustomOriginConfig } = distribution.Origins[0]
    expect(OriginCustomHeaders).toEqual([{ HeaderName: 'Cardea-Proxy-Secret', HeaderValue: 'ProxySecret' }])
    expect(CustomOriginConfig).toEqual({
      OriginProtocolPolicy: 'https-only',
      OriginSSLProtocols: ['TLSv1.2'],
    })
    expect(template.Parameters.ProxySecret).toMatchObject({ NoEcho: true, MinLength: 43 })
  })

  it('forwards everything that a handler reads, and the viewer’s address', () => {
    const { OriginRequestPolicyConfig: policy } = OriginRequestPolicy?.Properties ?? {}
    expect(policy).toMatchObject({
      HeadersConfig: {
        HeaderBehavior: 'allViewerAndWhitelistCloudFront',
        Headers: ['CloudFront-Viewer-Address'],
      },
      CookiesConfig: { CookieBehavior: 'all' },
      QueryStringsConfig: { QueryStringBehavior: 'all' },
    })
    const { DefaultCacheBehavior: behavior, CacheBehaviors } = distribution
    expect(behavior.AllowedMethods.sort()).toEqual([
      'DELETE',
      'GET',
      'HEAD',
      'OPTIONS',
      'PATCH',
      'POST',
      'PUT',
    ])
    // Nothing is cached: this is the id of CachingDisabled, and there is no other behavior.
    expect([behavior.CachePolicyId, CacheBehaviors]).toEqual([
      '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      undefined,
    ])
    expect(behavior.ViewerProtocolPolicy).toBe('https-only')
    expect(distribution.ViewerCertificate.MinimumProtocolVersion).toBe('TLSv1.2_2021')
  })

  it('limits requests by address for every spelling of a path, within the bounds of WAF', () => {
    const { Scope, Rules } = WebAcl?.Properties ?? {}
    expect([Scope, distribution.WebACLId]).toEqual(['CLOUDFRONT', { 'Fn::GetAtt': ['WebAcl', 'Arn'] }])
    const statements = (Rules as any[]).map(({ Action, Statement }) => ({
      Action,
      ...Statement.RateBasedStatement,
    }))
    expect(statements).toHaveLength(2)
    for (const each of statements) {
      expect(each).toMatchObject({ Action: { Block: {} }, AggregateKeyType: 'IP' })
      expect([60, 120, 300, 600]).toContain(each.EvaluationWindowSec)
      expect(each.Limit).toBeGreaterThanOrEqual(10)
    }
    const { TextTransformations } = statements[0].ScopeDownStatement.ByteMatchStatement
    expect(TextTransformations.map(({ Type }: { Type: string }) => Type)).toEqual([
      'URL_DECODE',
      'NORMALIZE_PATH',
      'LOWERCASE',
    ])
    // One client has more IPv6 addresses than can be counted.
    expect(distribution.IPV6Enabled).toBe(false)
  })
})

describe('docs/cloudfront.md', () => {
  it('has a command whose secret and hash the API accepts', async () => {
    const [, command = ''] = /<!-- secret -->\s*```sh\n([\s\S]*?)```/.exec(guide) ?? []
    const run = () =>
      spawnSync('bash', ['-c', command.replaceAll(/^ {3}/gm, '')], { encoding: 'utf8' }).stdout
    const [, secret = '', hash = ''] = /^secret (\S+)\nhash {3}(\S+)\n$/.exec(run()) ?? []
    expect([secret.length, createHash('sha256').update(secret).digest('hex')]).toEqual([43, hash])
    expect(run()).not.toContain(secret)
    const trustedProxies = readConfig({ ISSUER: 'https://auth.example.com', TRUSTED_PROXY_SECRET_HASH: hash })
    const headers = { 'cardea-proxy-secret': secret, 'cloudfront-viewer-address': '203.0.113.9:1' }
    expect(await gateway(testServices({ trustedProxies }))('GET /health', { headers })).toMatchObject({
      status: 200,
    })
  })

  it('names only existing settings and headers', () => {
    const known = readFileSync('.env.example', 'utf8')
    const named = [...guide.matchAll(/\b([A-Z]+(?:_[A-Z]+)+)\b/g)].map(([, name = '']) => name)
    expect(named.length).toBeGreaterThan(5)
    const elsewhere = ['SMOKE_PROXY_SECRET', 'CARDEA_BACKEND_SECRET']
    for (const name of named.filter((each) => !elsewhere.includes(each)))
      expect(known).toContain(`# ${name}=`)
    const source = readFileSync('lib/lambda/trusted-proxies.ts', 'utf8')
    for (const header of [
      'Cardea-Proxy-Secret',
      'CloudFront-Viewer-Address',
      'Cardea-Backend-Secret',
      'Cardea-Client-Address',
    ]) {
      expect(guide).toContain(`\`${header}\``)
      expect(source).toContain(`'${header.toLowerCase()}'`)
    }
    expect(existsSync('docs/cloudfront.yml')).toBe(true)
  })
})

describe('the commands that create the distribution', () => {
  it('keep the secret in a file of the owner outside the clone, remove it, and restore the umask', () => {
    const [, block = ''] = /<!-- front -->\n *```sh\n([\s\S]*?)^ *```$/m.exec(guide) ?? []
    const folder = mkdtempSync(join(tmpdir(), 'cardea-front-'))
    const seen = join(folder, 'seen')
    const aws = `case "$*" in *file://*) file="\${@: -1}"; file="\${file#file://}"
      { ls -l "$file" | cut -c1-10; echo "$file"; cat "$file"; } >'${seen}';; esac`
    writeFileSync(join(folder, 'aws'), `#!/bin/bash\n${aws}\n`, { mode: 0o755 })
    const clone = mkdtempSync(join(folder, 'clone-'))
    const typed = `umask 022\n${block.replaceAll(/^ {3}/gm, '')}\numask`
    const env = { PATH: `${folder}:${process.env.PATH}`, TMPDIR: folder }
    const ran = spawnSync('bash', ['--norc', '-e', '-c', typed], { cwd: clone, env, encoding: 'utf8' })
    expect([ran.stderr, ran.status, ran.stdout]).toEqual(['', 0, '0022\n'])
    const [mode, file = '', ...text] = readFileSync(seen, 'utf8').split('\n')
    expect([mode, text.join('')]).toEqual(['-rw-------', expect.stringContaining('"ProxySecret=<secret>"')])
    expect([existsSync(file), readdirSync(clone)]).toEqual([false, []])
    rmSync(folder, { recursive: true })
  })
})
