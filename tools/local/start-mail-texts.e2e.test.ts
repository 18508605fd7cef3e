import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectCopy } from '../testing/project-copy.ts'
import { freePort } from './ports.ts'

const copy = projectCopy()

it.each([
  [
    '{"verify_email": {"subject": "Hallo {name}"}}',
    /^ {2}mails\/de\.json: verify_email\.subject contains \{name\}/,
  ],
  ['{"verify_email":\n oops', /^ {2}mails\/de\.json: is no JSON: line 2, column 2: /],
])('npm start ends with the file and the place of a wrong text: %j', async (text, problem) => {
  writeFileSync(join(copy, 'mails/de.json'), text)
  const ports = { PORT: `${await freePort()}`, MAILBOX_PORT: `${await freePort()}` }
  const env = { PATH: process.env.PATH, HOME: copy, LOCAL_FOLDER: join(copy, 'local'), ...ports }
  const started = spawnSync(process.execPath, ['tools/local/start.ts'], { cwd: copy, env, encoding: 'utf8' })
  const [title, ...problems] = started.stderr.trimEnd().split('\n')
  expect([started.status, title, problems]).toEqual([
    1,
    'Wrong texts of mails:',
    [expect.stringMatching(problem)],
  ])
})
