import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { codesOf } from './openapi-shared.ts'

describe('functions/openapi.json', () => {
  it('passes the recommended rules of Redocly, without a warning', () => {
    const command = [
      'node_modules/@redocly/cli/bin/cli.js',
      'lint',
      'functions/openapi.json',
      '--max-problems=20',
      // The success of some operations is a redirect.
      '--skip-rule=operation-2xx-response',
    ]
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [...command, '--extends=recommended-strict'],
      {
        encoding: 'utf8',
        // It neither reports its use nor asks for its newest version.
        env: { PATH: process.env.PATH, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
      },
    )
    expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, ''])
  })

  it('has a success of each operation, and of a redirect where it leads', () => {
    const { paths } = JSON.parse(readFileSync('functions/openapi.json', 'utf8'))
    const operations = Object.values<any>(paths).flatMap((methods) => Object.values<any>(methods))
    const redirecting = operations.filter(
      ({ responses }) => !Object.keys(responses).some((each) => each < '300'),
    )
    expect(redirecting.map(({ operationId }) => operationId).sort()).toEqual([
      'finishSocialLogin',
      'postSocialLogin',
      'startSocialLogin',
    ])
    for (const { operationId, responses } of redirecting)
      expect([operationId, (responses[302] ?? responses[303]).headers]).toEqual([
        operationId,
        expect.objectContaining({ Location: { $ref: '#/components/headers/Location' } }),
      ])
  })

  it('has an example of each body, and of each code', () => {
    const { paths, components } = JSON.parse(readFileSync('functions/openapi.json', 'utf8'))
    const operations = Object.values<any>(paths).flatMap((methods) => Object.values<any>(methods))
    expect(operations.length).toBeGreaterThan(30)
    for (const { operationId, responses } of operations) {
      for (const [status, given] of Object.entries<any>(responses)) {
        const response = components.responses[given.$ref?.split('/').at(-1)] ?? given
        const { 'application/json': json, 'application/problem+json': problem } = response.content ?? {}
        if (json)
          expect([operationId, status, json]).toEqual([
            operationId,
            status,
            expect.objectContaining({ example: expect.anything() }),
          ])
        expect([operationId, status, Object.keys(problem?.examples ?? {})]).toEqual([
          operationId,
          status,
          codesOf(response),
        ])
      }
    }
  })
})
