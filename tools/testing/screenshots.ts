import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { mailedToken } from '../local/mailbox.ts'
import { localConfig } from '../local/settings.ts'
import { startChromium } from './chromium.ts'

// Takes the pictures of the README, beside a running `npm start`: `npm run screenshots`.

const folder = 'docs/images'
const { issuer, mailboxPort } = localConfig()
const ada = {
  name: 'Ada Lovelace',
  email: `ada-${randomBytes(3).toString('hex')}@example.com`,
  password: 'a quiet river under snow',
}

async function post(path: string, body: object): Promise<void> {
  const response = await fetch(`${issuer}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`)
}

await post('/auth/signup', ada)
await post('/auth/email/verify', {
  token: await mailedToken(`http://localhost:${mailboxPort}`, ada.email, 'verify-email'),
})
await mkdir(folder, { recursive: true })
const browser = await startChromium()
try {
  const page = await browser.newPage({ locale: 'en-GB', viewport: { width: 1000, height: 720 } })
  page.setDefaultTimeout(90_000)
  await page.goto(`${issuer}/ui/login`)
  await page.getByLabel('Email').fill(ada.email)
  await page.screenshot({ path: `${folder}/login.png` })
  await page.getByLabel('Password', { exact: true }).fill(ada.password)
  await page.getByRole('button', { name: 'Log in', exact: true }).click()
  await page.getByText('This device').waitFor()
  await page.screenshot({ path: `${folder}/account.png` })
  const reference = await page.goto(`${issuer}/docs`)
  if (reference?.ok()) {
    await page.waitForLoadState('networkidle')
    await page.screenshot({ path: `${folder}/reference.png` })
  }
} finally {
  await browser.close()
}
console.log(`Wrote the pictures in ${folder}`)
