import { fill, scriptJson, withNames, withSections } from './template.ts'

describe('a template', () => {
  it('is filled with texts, which are escaped, and with HTML, which is not', () => {
    const filled = fill(
      '<p title="{{a.title}}">{{name}} {{{link}}}</p>',
      { a: { title: '"><script>' }, name: "O'Hara & <b>" },
      { link: '<a>x</a>' },
    )
    expect(filled).toBe('<p title="&quot;&gt;&lt;script&gt;">O&#39;Hara &amp; &lt;b&gt; <a>x</a></p>')
  })

  it('does not fill what a value contains', () => {
    expect(fill('{{name}}', { name: '{{secret}} {{{secret}}}', secret: 'x' }, { secret: 'x' })).toBe(
      '{{secret}} {{{secret}}}',
    )
  })

  it.each(['{{no}}', '{{a}}', '{{a.no}}', '{{{no}}}', '{{constructor}}', '{{a.toString}}'])(
    'refuses %s, which has no value',
    (text) => {
      expect(() => fill(text, { a: { b: 'x' } }, {})).toThrow('A page has no value for')
    },
  )
})

describe('a section of a template', () => {
  const template = [
    'a',
    '{{#mail}}',
    'b',
    '{{#phone}}',
    'c',
    '{{/phone}}',
    '{{/mail}}',
    '{{^mail}}',
    'd',
    '{{/mail}}',
    'e',
  ]

  it.each([
    [true, true, 'abce'],
    [true, false, 'abe'],
    [false, true, 'ade'],
  ])('stands there by its flag (mail: %s, phone: %s)', (mail, phone, expected) => {
    expect(withSections(template.join('\n'), { mail, phone })).toBe([...expected].join('\n'))
  })

  it('refuses a flag that does not exist', () => {
    expect(() => withSections('{{#toString}}\n{{/toString}}\n', {})).toThrow('A page has no flag toString')
  })
})

describe('texts', () => {
  it('get the names that are known, and keep the others for the scripts', () => {
    expect(withNames({ a: { b: 'At {product}, wait {seconds}' } }, { product: 'Acme' })).toEqual({
      a: { b: 'At Acme, wait {seconds}' },
    })
  })
})

describe('JSON in a page', () => {
  it('cannot end its script', () => {
    const json = scriptJson({ name: '</script><!--<script>' })
    expect(json).not.toContain('<')
    expect(JSON.parse(json)).toEqual({ name: '</script><!--<script>' })
  })
})
