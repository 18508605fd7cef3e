const json = { 'content-type': 'application/json' }

/** Calls an API as a page at the origin `page` would: with its cookie, and with `Origin` where it writes. */
export function browser({ origin }: { origin: string }, page = origin) {
  let cookie = ''
  return async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const sends = method === 'POST' || body !== undefined
    const response = await fetch(origin + path, {
      method,
      headers: { ...(sends && { ...json, origin: page }), ...(cookie && { cookie }), ...headers },
      ...(sends && { body: JSON.stringify(body ?? {}) }),
    })
    for (const line of response.headers.getSetCookie())
      cookie = line.startsWith('__Host-cardea_refresh=;') ? '' : String(line.split(';')[0])
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text && JSON.parse(text),
      cookie: () => cookie,
    }
  }
}
