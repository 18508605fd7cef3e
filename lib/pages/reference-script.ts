/** Sends the requests of the forms. Only `npm start` serves it. An access token in an answer is used from then on. */
export const script = `
const token = document.getElementById('token')
for (const form of document.forms) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const { method, path } = form.dataset
    const query = new URLSearchParams()
    let url = path
    let body
    for (const field of form.elements) {
      const { name, value, dataset } = field
      if (dataset.in === 'path') url = url.replace('{' + name + '}', encodeURIComponent(value))
      if (dataset.in === 'query' && value) query.set(name, value)
      if (dataset.in === 'body' && value.trim()) body = value
    }
    const headers = {}
    if (body) headers['content-type'] = 'application/json'
    if (token.value && form.dataset.user) headers.authorization = 'Bearer ' + token.value
    const output = form.querySelector('output')
    output.textContent = 'Waiting ...'
    try {
      const response = await fetch(url + (query.size ? '?' + query : ''), { method, headers, body })
      const text = await response.text()
      let shown = text
      try {
        const answer = JSON.parse(text)
        shown = JSON.stringify(answer, null, 2)
        if (answer.accessToken) token.value = answer.accessToken
      } catch {}
      const pre = document.createElement('pre')
      pre.textContent = (response.status + ' ' + response.statusText + '\\n' + shown).trim()
      output.replaceChildren(pre)
    } catch (error) {
      output.textContent = String(error)
    }
  })
}
`
