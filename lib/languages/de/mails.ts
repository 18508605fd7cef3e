import type { Mails } from '../en/mails.ts'

/** The texts of the mails: one table, as long as the English one. */
export const mails: Mails = {
  common: {
    automatic:
      '{product} sendet diese E-Mail automatisch und fragt Sie niemals per E-Mail nach Ihrem Passwort.',
    buttonHelp: 'Falls die Schaltfläche nicht funktioniert, öffnen Sie diesen Link:',
    beforeLink: '{label}:',
    at: 'Zeitpunkt:',
    device: 'Gerät:',
    ip: 'IP-Adresse:',
    newEmail: 'Neue Adresse:',
    factor: 'Zweiter Faktor:',
    totp: 'Authenticator-App',
    passkey: 'Passkey',
    provider: 'Anbieter:',
    providerAccount: 'Konto dort:',
    left: 'Verbleibende Codes:',
    deviceName: '{browser} auf {system}',
    app: 'Eine App',
    unknownDevice: 'unbekannt',
  },
  verify_email: {
    subject: 'Bestätigen Sie Ihre E-Mail-Adresse für {product}',
    text: [
      'Vielen Dank für Ihre Registrierung bei {product}. Es fehlt nur noch ein Schritt: Bitte bestätigen Sie Ihre E-Mail-Adresse.',
      '[Adresse bestätigen]({link})',
      'Der Link ist {time} lang gültig.',
      'Falls Sie sich nicht bei {product} registriert haben, ignorieren Sie diese E-Mail bitte und öffnen Sie den Link nicht.',
    ],
  },
  already_registered: {
    subject: 'Sie haben bereits ein Konto bei {product}',
    text: [
      'Jemand, vermutlich Sie, wollte sich mit dieser E-Mail-Adresse bei {product} registrieren. Sie haben hier bereits ein Konto, daher wurde nichts geändert.',
      'Falls Sie es waren, melden Sie sich einfach an.',
      '[Anmelden]({link})',
      '[Falls Sie Ihr Passwort vergessen haben, legen Sie hier ein neues fest]({forgotLink})',
      'Falls Sie es nicht waren, brauchen Sie nichts zu tun.',
    ],
  },
  finish_sign_up: {
    subject: 'Schließen Sie Ihre Registrierung bei {product} ab',
    text: [
      'Jemand, vermutlich Sie, hat sich soeben mit dieser E-Mail-Adresse bei {product} registriert.',
      'Falls Sie es waren, schließen Sie bitte Ihre Registrierung ab. Damit bestätigen Sie zugleich Ihre Adresse.',
      '[Registrierung abschließen]({link})',
      'Der Link funktioniert einmal und ist {time} lang gültig.',
      'Falls Sie es nicht waren, ignorieren Sie diese E-Mail bitte und öffnen Sie den Link nicht.',
    ],
  },
  reset_password: {
    subject: 'Legen Sie ein neues Passwort für {product} fest',
    text: [
      'Jemand, vermutlich Sie, hat ein neues Passwort für Ihr Konto bei {product} angefordert.',
      '[Neues Passwort festlegen]({link})',
      'Der Link funktioniert einmal und ist {time} lang gültig. Solange Sie ihn nicht verwenden, ändert sich nichts.',
      'Falls Sie das nicht angefordert haben, ignorieren Sie diese E-Mail bitte und öffnen Sie den Link nicht.',
    ],
  },
  reset_started: {
    subject: 'Legen Sie ein neues Passwort für {product} fest',
    text: [
      'Die Administration von {product} bittet Sie, ein neues Passwort für Ihr Konto festzulegen.',
      '[Neues Passwort festlegen]({link})',
      'Der Link funktioniert einmal und ist {time} lang gültig. Solange Sie ihn nicht verwenden, ändert sich nichts.',
      '[Falls der Link abgelaufen ist, fordern Sie hier einen neuen an]({forgotLink})',
    ],
  },
  email_kept: {
    subject: 'Legen Sie ein neues Passwort für {product} fest',
    text: [
      'Ihr Konto bei {product} behält diese E-Mail-Adresse. Wer sie ändern wollte, kannte Ihr Passwort. Dieses Passwort gilt nicht mehr, und alle Geräte wurden abgemeldet.',
      'Bitte legen Sie ein neues Passwort fest und melden Sie sich danach wieder an.',
      '[Neues Passwort festlegen]({link})',
      'Der Link funktioniert einmal und ist {time} lang gültig.',
      '[Falls der Link abgelaufen ist, fordern Sie hier einen neuen an]({forgotLink})',
    ],
  },
  verify_new_email: {
    subject: 'Bestätigen Sie Ihre neue E-Mail-Adresse für {product}',
    text: [
      'Jemand, vermutlich Sie, möchte diese E-Mail-Adresse für ein Konto bei {product} verwenden. Falls Sie es waren, bestätigen Sie sie bitte.',
      '[Neue Adresse bestätigen]({link})',
      'Der Link ist {time} lang gültig. Solange Sie ihn nicht verwenden, ändert sich nichts. Danach lässt sich die Änderung einige Tage lang von der bisherigen Adresse aus rückgängig machen.',
      'Falls Sie es nicht waren, ignorieren Sie diese E-Mail bitte und öffnen Sie den Link nicht.',
    ],
  },
  verify_new_email_replacing: {
    subject: 'Bestätigen Sie Ihre neue E-Mail-Adresse für {product}',
    text: [
      'Jemand, vermutlich Sie, möchte diese E-Mail-Adresse für ein Konto bei {product} verwenden. Falls Sie es waren, bestätigen Sie sie bitte.',
      'Mit dieser Adresse wurde bereits ein anderes Konto eröffnet, und die Adresse wurde nie bestätigt. Wenn Sie sie hier bestätigen, wird jenes Konto mit seinem gesamten Inhalt gelöscht.',
      '[Neue Adresse bestätigen]({link})',
      'Der Link ist {time} lang gültig. Solange Sie ihn nicht verwenden, ändert sich nichts. Danach lässt sich die Änderung einige Tage lang von der bisherigen Adresse aus rückgängig machen.',
      'Falls Sie es nicht waren, ignorieren Sie diese E-Mail bitte und öffnen Sie den Link nicht.',
    ],
  },
  email_change_requested: {
    subject: 'Ihre E-Mail-Adresse für {product} soll geändert werden',
    text: [
      'Jemand, vermutlich Sie, möchte die E-Mail-Adresse Ihres Kontos bei {product} ändern.',
      '{facts}',
      'Falls Sie es waren, brauchen Sie hier nichts zu tun: Wir haben einen Link an die neue Adresse gesendet.',
      'Falls Sie es nicht waren, behalten Sie diese Adresse und legen Sie danach ein neues Passwort fest: Möglicherweise kennt jemand Ihr jetziges.',
      '[Diese Adresse behalten]({link})',
      'Der Link funktioniert einmal, bis {time} nach der Änderung der Adresse.',
    ],
  },
  email_login: {
    subject: 'Anmeldung bei {product}',
    text: [
      'Jemand, vermutlich Sie, möchte sich per E-Mail bei {product} anmelden.',
      '[Anmelden]({link})',
      'Oder geben Sie diesen Code dort ein, wo Sie sich anmelden wollten:',
      '{code}',
      'Link und Code funktionieren einmal und sind {time} lang gültig. Bitte geben Sie sie an niemanden weiter: Wir werden Sie niemals danach fragen.',
      'Falls Sie es nicht waren, ignorieren Sie diese E-Mail bitte und öffnen Sie den Link nicht.',
    ],
  },
  social_code: {
    subject: 'Ihr Code zur Anmeldung bei {product}',
    text: [
      'Jemand, vermutlich Sie, möchte sich mit diesem Konto eines anderen Dienstes bei {product} anmelden:',
      '{facts}',
      'Falls Sie es waren, geben Sie diesen Code dort ein, wo Sie sich anmelden wollten. Von da an melden Sie sich damit bei {product} an.',
      '{code}',
      'Der Code funktioniert einmal und ist {time} lang gültig. Bitte geben Sie ihn an niemanden weiter: Wir werden Sie niemals danach fragen.',
      'Falls Sie es nicht waren, ignorieren Sie diese E-Mail bitte. Mit dem Code könnte jemand anderes in Ihr Konto gelangen.',
    ],
  },
  reauthentication_code: {
    subject: 'Ihr Code für {product}',
    text: [
      'Jemand, vermutlich Sie, ist in Ihrem Konto bei {product} angemeldet und soll sich noch einmal ausweisen.',
      'Falls Sie es waren, geben Sie dort diesen Code ein:',
      '{code}',
      'Der Code funktioniert einmal und ist {time} lang gültig. Bitte geben Sie ihn an niemanden weiter: Wir werden Sie niemals danach fragen.',
      'Falls Sie es nicht waren, legen Sie bitte sofort ein neues Passwort fest. Damit werden auch alle Geräte abgemeldet.',
      '[Neues Passwort festlegen]({link})',
    ],
  },
  first_factor_added: {
    subject: 'Ihr Konto bei {product} hat jetzt einen zweiten Faktor',
    text: [
      'Zu Ihrem Konto bei {product} wurde ein zweiter Faktor hinzugefügt: Ab jetzt genügt das Passwort allein nicht mehr zum Anmelden.',
      '{facts}',
      'Wenn Sie das waren, müssen Sie nichts tun.',
      'Wenn Sie das nicht waren, hat jemand anderes Zugang zu Ihrem Konto. Entfernen Sie den zweiten Faktor hier: Das meldet auch alle Geräte ab und sperrt das Passwort. Danach senden wir Ihnen einen Link, mit dem Sie ein neues festlegen.',
      '[Zweiten Faktor entfernen]({link})',
      'Der Link funktioniert einmal und ist {time} lang gültig.',
    ],
  },
  factor_undone: {
    subject: 'Legen Sie ein neues Passwort für {product} fest',
    text: [
      'Der zweite Faktor Ihres Kontos bei {product} wurde entfernt, wie Sie es verlangt haben. Das Passwort gilt nicht mehr, und alle Geräte wurden abgemeldet.',
      'Bitte legen Sie ein neues Passwort fest und melden Sie sich danach wieder an.',
      '[Neues Passwort festlegen]({link})',
      'Der Link funktioniert einmal und ist {time} lang gültig.',
      '[Falls der Link abgelaufen ist, fordern Sie hier einen neuen an]({forgotLink})',
    ],
  },
  factors_reset: {
    subject: 'Legen Sie ein neues Passwort für {product} fest',
    text: [
      'Die Administration von {product} hat die zweiten Faktoren Ihres Kontos entfernt: die Authenticator-App, die Passkeys und die Wiederherstellungscodes. Das Passwort gilt nicht mehr, und alle Geräte wurden abgemeldet.',
      'Bitte legen Sie ein neues Passwort fest und melden Sie sich danach wieder an.',
      '[Neues Passwort festlegen]({link})',
      'Der Link funktioniert einmal und ist {time} lang gültig.',
      '[Falls der Link abgelaufen ist, fordern Sie hier einen neuen an]({forgotLink})',
      'Falls Sie das nicht erwartet haben, wenden Sie sich bitte an {product}.',
    ],
  },
  new_device: {
    subject: 'Neue Anmeldung in Ihrem Konto bei {product}',
    text: [
      'Jemand, vermutlich Sie, hat sich auf einem für uns neuen Gerät in Ihrem Konto bei {product} angemeldet.',
      '{facts}',
      'Falls Sie es waren, brauchen Sie nichts zu tun.',
      'Falls Sie es nicht waren, legen Sie bitte sofort ein neues Passwort fest. Damit werden auch alle Geräte abgemeldet.',
      '[Neues Passwort festlegen]({link})',
    ],
  },
  password_changed: {
    subject: 'Ihr Passwort für {product} wurde geändert',
    text: [
      'Das Passwort Ihres Kontos bei {product} wurde geändert.',
      '{facts}',
      'Falls Sie es waren, brauchen Sie nichts zu tun.',
      'Falls Sie es nicht waren, legen Sie bitte sofort ein neues Passwort fest. Damit werden auch alle Geräte abgemeldet.',
      '[Neues Passwort festlegen]({link})',
    ],
  },
  email_changed: {
    subject: 'Ihre E-Mail-Adresse für {product} wurde geändert',
    text: [
      'Die E-Mail-Adresse Ihres Kontos bei {product} wurde geändert. Ab jetzt schreiben wir an die neue Adresse.',
      '{facts}',
      'Falls Sie es waren, brauchen Sie nichts zu tun.',
      'Falls Sie es nicht waren, suchen Sie bitte unsere E-Mail „{warning}“ und wählen Sie dort „{button}“. Das stellt Ihr Konto wieder her, bis {time} nach der Änderung.',
    ],
  },
  token_reused: {
    subject: 'Wir haben eines Ihrer Geräte von {product} abgemeldet',
    text: [
      'Eine Anmeldung in Ihrem Konto bei {product} wurde an zwei Stellen zugleich verwendet. Das kann an einer schlechten Verbindung liegen, oder jemand hat die Anmeldung von Ihrem Gerät kopiert. Zur Sicherheit haben wir sie beendet.',
      '{facts}',
      'Falls eines Ihrer Geräte abgemeldet wurde, melden Sie sich dort bitte wieder an.',
      'Falls das noch einmal geschieht oder Sie in Ihrem Konto Änderungen finden, die nicht von Ihnen sind, legen Sie bitte ein neues Passwort fest. Damit werden auch alle Geräte abgemeldet.',
      '[Neues Passwort festlegen]({link})',
    ],
  },
  factor_added: {
    subject: 'Zweiter Faktor für Ihr Konto bei {product} hinzugefügt',
    text: [
      'Zu Ihrem Konto bei {product} wurde ein zweiter Faktor hinzugefügt. Eine Anmeldung braucht ihn von jetzt an auch. Alle anderen Geräte wurden abgemeldet.',
      '{facts}',
      'Falls Sie es waren, brauchen Sie nichts zu tun.',
      'Falls Sie es nicht waren, legen Sie bitte sofort ein neues Passwort fest. Damit werden auch alle Geräte abgemeldet. Melden Sie sich dann an und entfernen Sie diesen zweiten Faktor, denn ein neues Passwort entfernt ihn nicht.',
      '[Neues Passwort festlegen]({link})',
    ],
  },
  factor_removed: {
    subject: 'Zweiter Faktor von Ihrem Konto bei {product} entfernt',
    text: [
      'Von Ihrem Konto bei {product} wurde ein zweiter Faktor entfernt. Alle anderen Geräte wurden abgemeldet.',
      '{facts}',
      'Falls Sie es waren, brauchen Sie nichts zu tun.',
      'Falls Sie es nicht waren, legen Sie bitte sofort ein neues Passwort fest. Damit werden auch alle Geräte abgemeldet.',
      '[Neues Passwort festlegen]({link})',
    ],
  },
  identity_linked: {
    subject: 'Neuer Anmeldeweg für Ihr Konto bei {product}',
    text: [
      'Dieses Konto bei einem anderen Dienst wurde mit Ihrem Konto bei {product} verknüpft. Von jetzt an können Sie sich auch damit anmelden. Alle anderen Geräte wurden abgemeldet.',
      '{facts}',
      'Falls Sie es waren, brauchen Sie nichts zu tun.',
      'Falls Sie es nicht waren, legen Sie bitte sofort ein neues Passwort fest. Melden Sie sich danach an, und entfernen Sie das verknüpfte Konto auf Ihrer Kontoseite.',
      '[Neues Passwort festlegen]({link})',
    ],
  },
  identity_unlinked: {
    subject: 'Ein Anmeldeweg bei {product} wurde entfernt',
    text: [
      'Dieses Konto bei einem anderen Dienst wurde von Ihrem Konto bei {product} getrennt. Sie können sich damit nicht mehr anmelden. Andere Geräte wurden abgemeldet.',
      '{facts}',
      'Falls Sie es waren, brauchen Sie nichts zu tun.',
      'Falls Sie es nicht waren, legen Sie bitte sofort ein neues Passwort fest. Damit werden auch alle Geräte abgemeldet.',
      '[Neues Passwort festlegen]({link})',
    ],
  },
  recovery_code_used: {
    subject: 'Ein Wiederherstellungscode für {product} wurde verwendet',
    text: [
      'Mit einem Wiederherstellungscode hat sich jemand in Ihrem Konto bei {product} ausgewiesen. Jeder Code funktioniert einmal.',
      '{facts}',
      'Falls Sie es waren, erstellen Sie in Ihrem Konto neue, bevor keiner mehr übrig ist.',
      'Falls Sie es nicht waren, legen Sie bitte sofort ein neues Passwort fest. Damit werden auch alle Geräte abgemeldet. Melden Sie sich dann an und erstellen Sie neue Wiederherstellungscodes.',
      '[Neues Passwort festlegen]({link})',
    ],
  },
  second_factor_failed: {
    subject: 'Anmeldeversuch in Ihrem Konto bei {product}',
    text: [
      'Jemand, vielleicht Sie, hat den ersten Schritt einer Anmeldung in Ihrem Konto bei {product} geschafft und ist dann mehrmals am zweiten gescheitert. Auf diesem Weg ist niemand in das Konto gelangt.',
      '{facts}',
      'Falls Sie es waren, brauchen Sie nichts zu tun.',
      'Falls Sie es nicht waren, kennt jemand Ihr Passwort oder liest Ihre E-Mails. Legen Sie bitte sofort ein neues Passwort fest. Damit werden auch alle Geräte abgemeldet.',
      '[Neues Passwort festlegen]({link})',
    ],
  },
  account_deleted: {
    subject: 'Ihr Konto bei {product} wurde gelöscht',
    text: [
      'Ihr Konto bei {product} wurde gelöscht. Der Auftrag dazu kam aus dem Konto.',
      '{facts}',
      'Alle Geräte sind abgemeldet, und das Konto kann nicht wiederhergestellt werden. Was in Protokollen und Sicherungen verbleibt, wird später gelöscht.',
      'Falls Sie das nicht wollten, wenden Sie sich bitte an {product}: Möglicherweise kannte jemand Ihr Passwort.',
    ],
  },
  account_deleted_by_administrator: {
    subject: 'Ihr Konto bei {product} wurde gelöscht',
    text: [
      'Ihr Konto wurde von der Administration von {product} gelöscht.',
      '{facts}',
      'Alle Geräte sind abgemeldet, und das Konto kann nicht wiederhergestellt werden. Was in Protokollen und Sicherungen verbleibt, wird später gelöscht.',
      'Falls Sie das nicht wollten, wenden Sie sich bitte an {product}: Möglicherweise kannte jemand Ihr Passwort.',
    ],
  },
}
