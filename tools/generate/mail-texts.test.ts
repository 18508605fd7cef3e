import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { locales } from '../../lib/domain/locales.ts'
import { catalogue } from '../../lib/mail/texts.ts'
import { mailTextProblems, problemsOf } from './mail-texts.ts'

const link = '[Verify]({link})'

describe('a text that replaces ours', () => {
  it.each<[object, string | RegExp]>([
    [{ verify: {} }, 'there is no mail "verify"'],
    [{ toString: {} }, 'there is no mail "toString"'],
    [{ verify_email: [] }, 'verify_email must be an object'],
    [{ verify_email: { title: 'x' } }, 'verify_email.title is no text of this mail'],
    [{ verify_email: { subject: 7 } }, 'verify_email.subject must be a text'],
    [{ verify_email: { subject: ' ' } }, 'verify_email.subject must be a text'],
    [
      { verify_email: { subject: 'Hello\r\nBcc: eve@example.com' } },
      /^verify_email\.subject must be one line, without CR/,
    ],
    [{ verify_email: { subject: 'Hello\nyou' } }, /^verify_email\.subject must be one line/],
    [{ verify_email: { subject: 'Hello\u202e' } }, /^verify_email\.subject must be one line/],
    [
      { verify_email: { subject: 'Your link {link}' } },
      /^verify_email\.subject contains \{link\}; .*: \{product\}$/,
    ],
    [{ email_login: { subject: 'Your code {code}' } }, /^email_login\.subject contains \{code\}/],
    [
      { verify_email: { subject: 'Hello {name}' } },
      /^verify_email\.subject contains \{name\}: no mail contains a user's name/,
    ],
    [
      { verify_email: { text: ['Hello {userName}', link] } },
      /^verify_email\.text contains \{userName\}: no mail/,
    ],
    [{ verify_email: { text: 'Hello' } }, 'verify_email.text must be a list of paragraphs'],
    [{ verify_email: { text: [] } }, 'verify_email.text must be a list of paragraphs'],
    [{ verify_email: { text: ['Hello'] } }, 'verify_email.text must contain {link}'],
    [{ verify_email: { text: [link, link] } }, 'verify_email.text contains {link} twice'],
    [{ verify_email: { text: ['Open {link} now'] } }, /^verify_email\.text can link only by a paragraph/],
    [{ verify_email: { text: [link, '[Help](https://example.com)'] } }, /^verify_email\.text can link only/],
    [{ verify_email: { text: ['[{name}]({link})'] } }, /^verify_email\.text contains \{name\}: no mail/],
    [{ verify_email: { text: [`${link}\nx`] } }, /can link only|must be one line/],
    [
      { verify_email: { text: [link, '{facts}'] } },
      /^verify_email\.text contains \{facts\}; its placeholders/,
    ],
    [
      { verify_email: { text: [link, '[Reset]({forgotLink})'] } },
      /^verify_email\.text contains \{forgotLink\};/,
    ],
    [{ verify_email: { text: [link, 'For { time }'] } }, /^verify_email\.text contains \{ time \};/],
    [
      { verify_email: { text: [link, 'For {time'] } },
      'verify_email.text has a brace that belongs to no placeholder',
    ],
    [{ verify_email: { text: [link, 7] } }, 'verify_email.text must be a list of paragraphs'],
    [{ verify_email: { text: [[link]] } }, 'verify_email.text must be a list of paragraphs'],
    [{ verify_email: { text: [link, { toString: 1 }] } }, 'verify_email.text must be a list of paragraphs'],
    [{ verify_email: { text: ['[\u200b]({link})'] } }, 'verify_email.text must be a text'],
    [{ verify_email: { text: [link, '\u2060\u00ad'] } }, 'verify_email.text must be a text'],
    [{ verify_email: { subject: '\u200b' } }, 'verify_email.subject must be a text'],
    [{ verify_email: { subject: 'Hello\u2028you' } }, /^verify_email\.subject must be one line/],
    [{ verify_email: { subject: 'Hello\u0085you' } }, /^verify_email\.subject must be one line/],
    [
      { verify_email: { text: [link, '{constructor}'] } },
      'verify_email.text contains {constructor}; its placeholders are: {product}, {link}, {time}',
    ],
    [{ verify_email: { text: ['[[Verify]]({link})'] } }, /^verify_email\.text can link only by a paragraph/],
    [{ email_login: { text: [link] } }, 'email_login.text must contain {code}'],
    [{ email_login: { text: [link, 'The code is {code}'] } }, /^email_login\.text must have \{code\} and/],
    [{ new_device: { text: [link] } }, 'new_device.text must contain {facts}'],
    [{ common: { beforeLink: 'Here' } }, 'common.beforeLink must contain {label}'],
    [{ common: { buttonHelp: 'Dear {name}' } }, /^common\.buttonHelp contains \{name\}/],
  ])('%j is refused: %s', (texts, problem) => {
    const problems = problemsOf(texts)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toEqual(typeof problem === 'string' ? problem : expect.stringMatching(problem))
  })

  it.each([null, [], 'x', 7])('must be in an object, not in %j', (texts) => {
    expect(problemsOf(texts)).toEqual(['must be an object'])
  })

  it('may have more or fewer paragraphs, HTML that is shown as text, and no product', () => {
    const text = ['<b>Hello</b>', 'One', 'Two', link, 'For {time}, from {product}']
    expect(problemsOf({ verify_email: { subject: 'Hello', text }, common: { automatic: 'Bye' } })).toEqual([])
  })
})

it.each(locales)('our own texts in %s would be accepted', (locale) => {
  expect(problemsOf(catalogue[locale])).toEqual([])
})

describe('the folder of texts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cardea-mails-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  beforeEach(() => cpSync('mails', folder, { recursive: true }))

  it('is named with each problem: a mistake, a language that we do not have, a file that is no JSON, but no hidden file', () => {
    writeFileSync(join(folder, 'de.json'), '{"verify_email": {"subject": "Hallo {name}"}}')
    writeFileSync(join(folder, 'it.json'), '{}')
    writeFileSync(join(folder, 'ja.json'), '{"verify_email":\n oops}')
    writeFileSync(join(folder, 'pt.json'), '\uFEFF{}')
    rmSync(join(folder, 'fr.json'))
    writeFileSync(join(folder, '.DS_Store'), '')
    expect(mailTextProblems(folder)).toEqual([
      'mails/it.json: the texts of mails stand in en.json, de.json, fr.json, es.json, pt.json, ja.json only',
      expect.stringMatching(/^mails\/de\.json: verify_email\.subject contains \{name\}: /),
      'mails/fr.json: is missing; without texts, it contains {}',
      expect.stringMatching(/^mails\/pt\.json: is no JSON: /),
      'mails/ja.json: is no JSON: line 2, column 2: Unexpected "oops" in JSON',
    ])
  })
})
