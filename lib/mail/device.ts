type Names = readonly (readonly [pattern: RegExp, name: string])[]

/** Most browsers also name their ancestors, so the first match wins. */
const browsers: Names = [
  [/\bEdg(A|iOS)?\//, 'Edge'],
  [/\b(OPR|OPT)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|CriOS)\//, 'Chrome'],
  [/\bVersion\/.*\bSafari\//, 'Safari'],
]
const systems: Names = [
  [/\biPhone\b/, 'an iPhone'],
  [/\biPad\b/, 'an iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'a Chromebook'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac(intosh| OS X)\b/, 'a Mac'],
  [/\bLinux\b/, 'Linux'],
]

/**
 * Describes a user agent in our own words. It is never quoted, because the attacker chooses it and could write text to the
 * owner.
 */
export function deviceName(userAgent: string): string {
  const named = (names: Names) => names.find(([pattern]) => pattern.test(userAgent))?.[1]
  const browser = named(browsers)
  const system = named(systems)
  if (!browser && !system) return 'unknown'
  return [browser ?? 'an app', system].filter(Boolean).join(' on ')
}
