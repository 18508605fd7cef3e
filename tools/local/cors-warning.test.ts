import { warningFor } from './cors-warning.ts'

const listed = ['http://localhost:5173', 'http://127.0.0.1:5173']
const warning = (origin: string) => warningFor(origin, 'localhost:3000', listed)

describe('npm start tells the developer of a page', () => {
  it('nothing, if the page is listed or of the API itself', () => {
    expect(warning('http://localhost:5173')).toBeUndefined()
    expect(warning('http://localhost:3000')).toBeUndefined()
  })

  it('the setting, if the page is not listed', () => {
    expect(warning('http://localhost:8080')).toMatch(/"http:\/\/localhost:8080".* ALLOWED_ORIGINS in \.env/)
    expect(warning('https://app.example.com')).toMatch(/ALLOWED_ORIGINS in \.env/)
    expect(warning('null')).toMatch(/ALLOWED_ORIGINS in \.env/)
  })

  it('the other address, if the page has another name of this machine: listing it is not enough', () => {
    expect(warning('http://127.0.0.1:5173')).toMatch(/Open the page on http:\/\/localhost:5173,/)
    expect(warningFor('http://localhost:5173', '127.0.0.1:3000', listed)).toMatch(
      /on http:\/\/127\.0\.0\.1:5173,/,
    )
  })

  it('a text of the page only quoted and cut', () => {
    expect(warning(`x\n${'y'.repeat(500)}`)).toMatch(/^CORS: a page of "x\\ny{198}" may/)
  })
})
