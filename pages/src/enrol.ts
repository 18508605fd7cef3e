import type { ApiError, TotpEnrolment } from '../../client/src/client.ts'
import { find } from './dom.ts'
import { onSubmit } from './form.ts'
import type { PageData } from './page-data.ts'

/** The form of `parts/enrol.html`: a QR code, its key, and the first code of the app, which `confirm` gets. */
export function enrolForm(
  form: HTMLFormElement,
  data: PageData,
  confirm: (code: string) => Promise<ApiError | undefined>,
) {
  const qr = find('[data-qr]', form)
  const secret = find('[data-secret]', form)
  let shown: TotpEnrolment | undefined
  onSubmit(form, data, ({ totp = '' }) => confirm(totp))
  return {
    async show(enrolment: TotpEnrolment): Promise<void> {
      shown = enrolment
      secret.textContent = enrolment.secret.replace(/.{4}(?=.)/g, '$& ')
      find('input', form).focus()
      // The code is loaded only now. Without it, the key is enough.
      const loaded = await import('./qr-code.ts').catch(() => undefined)
      if (loaded && shown === enrolment)
        qr.replaceChildren(loaded.qrCode(enrolment.uri, qr.dataset.label ?? ''))
    },
    clear(): void {
      shown = undefined
      qr.replaceChildren()
      secret.textContent = ''
    },
  }
}
