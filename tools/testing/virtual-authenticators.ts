import type { Page } from 'playwright-core'

/** The authenticators that Chromium simulates for a page (WebAuthn level 3, section 11). */
export async function virtualAuthenticators(page: Page) {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const present = (authenticatorId: string, enabled: boolean) =>
    cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled })
  return {
    /** @returns its id. It answers at once, until `present` says otherwise. */
    async plugIn({ isUserVerified = true, synced = false } = {}): Promise<string> {
      const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
        options: {
          protocol: 'ctap2',
          transport: 'internal',
          hasResidentKey: true,
          hasUserVerification: true,
          automaticPresenceSimulation: true,
          isUserVerified,
          defaultBackupEligibility: synced,
          defaultBackupState: synced,
        },
      })
      return authenticatorId
    },
    unplug: (authenticatorId: string) => cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId }),
    /** Whether the user touches the authenticator when it asks. A request that comes while the user is absent is never answered. */
    present,
    /** From the page's next request for options on, the user is present: before anything reaches the authenticator. */
    presentWhenAsked: (authenticatorId: string) =>
      page.route(
        /\/auth\/passkey\/options$/,
        async (route) => {
          await present(authenticatorId, true)
          await route.continue()
        },
        { times: 1 },
      ),
  }
}
