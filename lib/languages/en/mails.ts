/**
 * The texts of the mails, one table. Each text is a paragraph; `[label]({link})` is the button. mails/README.md describes the placeholders.
 * No mail contains the user's name: the author of a sign-up chooses the name and the address, and could use it to send text to
 * a stranger from our address. Lines are long, because each text stands on one.
 */
export const mails = {
  common: {
    automatic: '{product} sends this email automatically, and will never ask you for your password by email.',
    buttonHelp: 'If the button does not work, open this link:',
    beforeLink: '{label}:',
    at: 'When:',
    device: 'Device:',
    ip: 'IP address:',
    newEmail: 'New address:',
    factor: 'Second factor:',
    totp: 'Authenticator app',
    passkey: 'Passkey',
    provider: 'Provider:',
    providerAccount: 'Account there:',
    left: 'Codes left:',
    deviceName: '{browser} on {system}',
    app: 'An app',
    unknownDevice: 'unknown',
  },
  verify_email: {
    subject: 'Verify your email address for {product}',
    text: [
      'Thank you for signing up for {product}. One step is left: please verify your email address.',
      '[Verify my address]({link})',
      'The link works for {time}.',
      'If you did not sign up for {product}, please ignore this email and do not open the link.',
    ],
  },
  already_registered: {
    subject: 'You already have an account at {product}',
    text: [
      'Somebody, probably you, tried to sign up for {product} with this email address. You already have an account here, so nothing was changed.',
      'If it was you, log in.',
      '[Log in]({link})',
      '[If you have forgotten your password, choose a new one here]({forgotLink})',
      'If it was not you, you do not need to do anything.',
    ],
  },
  finish_sign_up: {
    subject: 'Finish signing up for {product}',
    text: [
      'Somebody, probably you, just signed up for {product} with this email address.',
      'If it was you, please finish your sign-up. That also verifies your address.',
      '[Finish my sign-up]({link})',
      'The link works once, for {time}.',
      'If it was not you, please ignore this email and do not open the link.',
    ],
  },
  reset_password: {
    subject: 'Choose a new password for {product}',
    text: [
      'Somebody, probably you, asked for a new password for your account at {product}.',
      '[Choose a new password]({link})',
      'The link works once, for {time}. Until you use it, nothing changes.',
      'If you did not ask for this, please ignore this email and do not open the link.',
    ],
  },
  reset_started: {
    subject: 'Choose a new password for {product}',
    text: [
      'An administrator of {product} asks you to choose a new password for your account.',
      '[Choose a new password]({link})',
      'The link works once, for {time}. Until you use it, nothing changes.',
      '[If the link has expired, ask for another one here]({forgotLink})',
    ],
  },
  email_kept: {
    subject: 'Choose a new password for {product}',
    text: [
      'Your account at {product} keeps this email address. The person who tried to change it knew your password. That password no longer works, and every device is logged out.',
      'Please choose a new password, and then log in again.',
      '[Choose a new password]({link})',
      'The link works once, for {time}.',
      '[If the link has expired, ask for another one here]({forgotLink})',
    ],
  },
  verify_new_email: {
    subject: 'Verify your new email address for {product}',
    text: [
      'Somebody, probably you, asked to use this email address for their account at {product}. If it was you, please verify it.',
      '[Verify my new address]({link})',
      'The link works for {time}. Until you use it, nothing changes. Afterwards, the change can be undone from the current address for some days.',
      'If it was not you, please ignore this email and do not open the link.',
    ],
  },
  verify_new_email_replacing: {
    subject: 'Verify your new email address for {product}',
    text: [
      'Somebody, probably you, asked to use this email address for their account at {product}. If it was you, please verify it.',
      'Another account was opened with this address, and the address was never verified. If you verify it here, that account is removed, with everything in it.',
      '[Verify my new address]({link})',
      'The link works for {time}. Until you use it, nothing changes. Afterwards, the change can be undone from the current address for some days.',
      'If it was not you, please ignore this email and do not open the link.',
    ],
  },
  email_change_requested: {
    subject: 'Your email address for {product} is about to change',
    text: [
      'Somebody, probably you, asked to change the email address of your account at {product}.',
      '{facts}',
      'If it was you, you do not need to do anything here: we have sent a link to the new address.',
      'If it was not you, keep this address, and then choose a new password: somebody may know your current one.',
      '[Keep this address]({link})',
      'The link works once, until {time} after the address was changed.',
    ],
  },
  email_login: {
    subject: 'Log in to {product}',
    text: [
      'Somebody, probably you, asked to log in to {product} by email.',
      '[Log in]({link})',
      'Or enter this code where you asked to log in:',
      '{code}',
      'Both work once, for {time}. Please do not share them with anybody: we will never ask you for them.',
      'If it was not you, please ignore this email and do not open the link.',
    ],
  },
  social_code: {
    subject: 'Your code for a login to {product}',
    text: [
      'Somebody, probably you, wants to log in to {product} with this account of another service:',
      '{facts}',
      'If it was you, enter this code where you asked to log in. From then on you log in to {product} with that account.',
      '{code}',
      'The code works once, for {time}. Please do not share it with anybody: we will never ask you for it.',
      'If it was not you, please ignore this email. With the code, somebody else could get into your account.',
    ],
  },
  reauthentication_code: {
    subject: 'Your code for {product}',
    text: [
      'Somebody who is logged in to your account at {product}, probably you, was asked to prove who they are.',
      'If it was you, enter this code there:',
      '{code}',
      'The code works once, for {time}. Please do not share it with anybody: we will never ask you for it.',
      'If it was not you, please choose a new password at once. That also logs out every device.',
      '[Choose a new password]({link})',
    ],
  },
  first_factor_added: {
    subject: 'Your account at {product} now has a second factor',
    text: [
      'A second factor was added to your account at {product}: from now on, a password alone is not enough to log in.',
      '{facts}',
      'If it was you, you do not need to do anything.',
      'If it was not you, somebody else has access to your account. Remove the second factor here: this also logs out every device and disables the password. We then send you a link to choose a new one.',
      '[Remove the second factor]({link})',
      'The link works once, for {time}.',
    ],
  },
  factor_undone: {
    subject: 'Choose a new password for {product}',
    text: [
      'The second factor of your account at {product} was removed, as you asked. The password no longer works, and every device is logged out.',
      'Please choose a new password, and then log in again.',
      '[Choose a new password]({link})',
      'The link works once, for {time}.',
      '[If the link has expired, ask for another one here]({forgotLink})',
    ],
  },
  factors_reset: {
    subject: 'Choose a new password for {product}',
    text: [
      'An administrator of {product} has removed the second factors of your account: the authenticator app, the passkeys and the recovery codes. The password no longer works, and every device is logged out.',
      'Please choose a new password, and then log in again.',
      '[Choose a new password]({link})',
      'The link works once, for {time}.',
      '[If the link has expired, ask for another one here]({forgotLink})',
      'If you did not expect this, please tell {product}.',
    ],
  },
  new_device: {
    subject: 'New login to your account at {product}',
    text: [
      'Somebody, probably you, logged in to your account at {product} on a device that is new to us.',
      '{facts}',
      'If it was you, you do not need to do anything.',
      'If it was not you, please choose a new password at once. That also logs out every device.',
      '[Choose a new password]({link})',
    ],
  },
  password_changed: {
    subject: 'Your password for {product} was changed',
    text: [
      'The password of your account at {product} was changed.',
      '{facts}',
      'If it was you, you do not need to do anything.',
      'If it was not you, please choose a new password at once. That also logs out every device.',
      '[Choose a new password]({link})',
    ],
  },
  email_changed: {
    subject: 'Your email address for {product} was changed',
    text: [
      'The email address of your account at {product} was changed. From now on, we write to the new address.',
      '{facts}',
      'If it was you, you do not need to do anything.',
      'If it was not you, please look for our email “{warning}” and press “{button}” there. This restores your account, for {time} after the change.',
    ],
  },
  token_reused: {
    subject: 'We logged out one of your devices from {product}',
    text: [
      'A login to your account at {product} was used in two places at once. A bad connection can cause this, or somebody may have copied the login from your device. To be safe, we have ended it.',
      '{facts}',
      'If one of your devices was logged out, please log in there again.',
      'If this happens again, or you find changes in your account that you did not make, please choose a new password. That also logs out every device.',
      '[Choose a new password]({link})',
    ],
  },
  factor_added: {
    subject: 'A second factor was added to your account at {product}',
    text: [
      'A second factor was added to your account at {product}. A login then needs it, too. Every other device was logged out.',
      '{facts}',
      'If it was you, you do not need to do anything.',
      'If it was not you, please choose a new password at once. That also logs out every device. Then log in and remove this second factor, because a new password does not.',
      '[Choose a new password]({link})',
    ],
  },
  factor_removed: {
    subject: 'A second factor was removed from your account at {product}',
    text: [
      'A second factor was removed from your account at {product}. Every other device was logged out.',
      '{facts}',
      'If it was you, you do not need to do anything.',
      'If it was not you, please choose a new password at once. That also logs out every device.',
      '[Choose a new password]({link})',
    ],
  },
  identity_linked: {
    subject: 'New way to log in to your account at {product}',
    text: [
      'This account of another service was linked to your account at {product}. From now on you can also log in with it. Every other device was logged out.',
      '{facts}',
      'If it was you, you do not need to do anything.',
      'If it was not you, please choose a new password at once. Then log in, and remove the linked account on your account page.',
      '[Choose a new password]({link})',
    ],
  },
  identity_unlinked: {
    subject: 'A way to log in to {product} was removed',
    text: [
      'This account of another service was unlinked from your account at {product}. You can no longer log in with it. Other devices were logged out.',
      '{facts}',
      'If it was you, you do not need to do anything.',
      'If it was not you, please choose a new password at once. That also logs out every device.',
      '[Choose a new password]({link})',
    ],
  },
  recovery_code_used: {
    subject: 'A recovery code of your account at {product} was used',
    text: [
      'A recovery code was used to prove that it is you, at your account at {product}. Each code works once.',
      '{facts}',
      'If it was you, make new ones in your account before none is left.',
      'If it was not you, please choose a new password at once. That also logs out every device. Then log in and make new recovery codes.',
      '[Choose a new password]({link})',
    ],
  },
  second_factor_failed: {
    subject: 'Somebody tried to log in to your account at {product}',
    text: [
      'Somebody, perhaps you, passed the first step of a login to your account at {product}, and then failed at the second step several times. Nobody got in this way.',
      '{facts}',
      'If it was you, you do not need to do anything.',
      'If it was not you, somebody knows your password or reads your emails. Please choose a new password at once. That also logs out every device.',
      '[Choose a new password]({link})',
    ],
  },
  account_deleted: {
    subject: 'Your account at {product} was deleted',
    text: [
      'Your account at {product} was deleted. The request was made in the account.',
      '{facts}',
      'Every device is logged out, and the account cannot be restored. What is left in logs and backups is deleted later.',
      'If you did not want this, please tell {product}: somebody may have known your password.',
    ],
  },
  account_deleted_by_administrator: {
    subject: 'Your account at {product} was deleted',
    text: [
      'An administrator of {product} has deleted your account.',
      '{facts}',
      'Every device is logged out, and the account cannot be restored. What is left in logs and backups is deleted later.',
      'If you did not want this, please tell {product}: somebody may have known your password.',
    ],
  },
} as const

type Translated<T> = T extends string ? string : { readonly [K in keyof T]: Translated<T[K]> }

/** A language that lacks a text, or a paragraph of one, does not compile. */
export type Mails = Translated<typeof mails>
