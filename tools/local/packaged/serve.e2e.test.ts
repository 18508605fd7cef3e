import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { browser } from '../../testing/browser.ts'
import { npmStartOver, type Started } from '../../testing/npm-start.ts'
import { projectCopy } from '../../testing/project-copy.ts'
import { mailedToken } from '../mailbox.ts'

const folder = mkdtempSync(join(tmpdir(), 'cardea-packaged-'))
const copy = projectCopy()
const ofDeployment = join(copy, '.serverless', 'of-a-deployment')
const page = 'https://app.example.com'
let stack: Started

beforeAll(async () => {
  mkdirSync(ofDeployment, { recursive: true })
  stack = await npmStartOver(folder, 'start:packaged', copy)({ ALLOWED_ORIGINS: page })
  await stack.ready()
})
afterAll(async () => {
  await stack?.interrupt()
  rmSync(folder, { recursive: true, force: true })
})

const ada = { email: 'ada@example.com', password: 'correct horse battery staple', name: 'Ada Lovelace' }
const { email, password } = ada
const bearer = ({ body }: { body: { accessToken: string } }) => ({
  authorization: `Bearer ${body.accessToken}`,
})
const gatewaySays = (status: number, message: string) => ({ status, body: { message } })

describe('the packaged functions', () => {
  it('are packaged beside what a deployment is packaging at the same time', () => {
    expect(existsSync(ofDeployment)).toBe(true)
  })

  it('serve the tour: sign up, verify the email, log in, read the profile, refresh, reset the password, log out', async () => {
    const go = browser(stack, page)
    expect(await go('POST', '/auth/signup', ada)).toMatchObject({ status: 202, body: '' })
    expect(await go('POST', '/auth/login', { email, password })).toMatchObject({
      status: 403,
      body: { code: 'email_not_verified' },
    })
    const token = await mailedToken(stack.mailbox, email, 'verify-email')
    expect(await go('POST', '/auth/email/verify', { token })).toMatchObject({ status: 204 })

    const login = await go('POST', '/auth/login', { email, password })
    expect(login).toMatchObject({ status: 200, body: { user: { email, emailVerified: true } } })
    expect(login.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^__Host-cardea_refresh=[\w.-]+; Max-Age=\d+; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
      ),
    ])
    expect(await go('GET', '/users/me', undefined, bearer(login))).toMatchObject({
      status: 200,
      body: { email, roles: ['user'] },
    })
    expect(await go('GET', '/users', undefined, bearer(login))).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    })

    const refreshed = await go('POST', '/auth/refresh')
    expect(refreshed).toMatchObject({ status: 200, body: { user: { email } } })
    expect(await go('POST', '/auth/password/forgot', { email })).toMatchObject({ status: 202 })
    const reset = {
      token: await mailedToken(stack.mailbox, email, 'reset-password'),
      newPassword: 'another correct horse',
    }
    expect(await go('POST', '/auth/password/reset', reset)).toMatchObject({ status: 204 })
    for (const dead of [login, refreshed])
      expect(await go('GET', '/users/me', undefined, bearer(dead))).toMatchObject(
        gatewaySays(401, 'Unauthorized'),
      )

    const again = await go('POST', '/auth/login', { email, password: reset.newPassword })
    expect(again).toMatchObject({ status: 200 })
    expect(await go('POST', '/auth/logout')).toMatchObject({ status: 204 })
    expect(await go('GET', '/users/me', undefined, bearer(again))).toMatchObject(
      gatewaySays(401, 'Unauthorized'),
    )
    expect(await go('POST', '/auth/refresh')).toMatchObject({ status: 401 })
  })

  it('get the principal from the gateway, and no unauthorized call', async () => {
    const go = browser(stack)
    expect(await go('GET', '/users/me')).toMatchObject(gatewaySays(401, 'Unauthorized'))
    const forged = { authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.' }
    expect(await go('GET', '/users/me', undefined, forged)).toMatchObject(gatewaySays(401, 'Unauthorized'))
    expect(await go('GET', '/nowhere')).toMatchObject(gatewaySays(404, 'Not Found'))
    expect(await go('DELETE', '/health')).toMatchObject(gatewaySays(404, 'Not Found'))
  })

  it('let only pages of the listed origin read their answers', async () => {
    const preflight = (origin: string) =>
      fetch(`${stack.origin}/auth/login`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      })
    const allowed = async (from: Promise<Response>) => {
      const { headers } = await from
      return [headers.get('access-control-allow-origin'), headers.get('access-control-allow-credentials')]
    }
    const health = (origin: string) => fetch(`${stack.origin}/health`, { headers: { origin } })
    for (const asked of [preflight, health]) {
      expect(await allowed(asked(page))).toEqual([page, 'true'])
      expect(await allowed(asked('https://evil.example'))).toEqual([null, null])
    }
  })

  it('answer every public document', async () => {
    for (const path of ['/', '/health', '/openapi.json', '/.well-known/jwks.json'])
      expect([path, (await fetch(stack.origin + path)).status]).toEqual([path, 200])
  })

  it('answer the pages at their own address, which is the issuer', async () => {
    const { body } = await browser(stack)('GET', '/.well-known/openid-configuration')
    expect(body.issuer).toBe(stack.origin)
    const page = await fetch(`${stack.origin}/ui/login`, { redirect: 'manual' })
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<form')])
    expect(page.headers.get('content-security-policy')).toContain(`connect-src ${stack.origin};`)
  })

  it('log no token, no password and no failure', () => {
    expect(stack.said()).toContain('"type":"login.succeeded"')
    const [, written] = stack.said().split('Ctrl-C ends it all')
    expect(written).not.toMatch(/eyJ|correct horse|"level":"error"/)
  })

  it('end with Ctrl-C', async () => {
    await stack.interrupt()
    await expect(fetch(stack.origin)).rejects.toThrow()
  })
})
