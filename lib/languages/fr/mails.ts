import type { Mails } from '../en/mails.ts'

/** The texts of the mails: one table, as long as the English one. */
export const mails: Mails = {
  common: {
    automatic:
      '{product} envoie cet e-mail automatiquement et ne vous demandera jamais votre mot de passe par e-mail.',
    buttonHelp: 'Si le bouton ne fonctionne pas, ouvrez ce lien :',
    beforeLink: '{label} :',
    at: 'Date :',
    device: 'Appareil :',
    ip: 'Adresse IP :',
    newEmail: 'Nouvelle adresse :',
    factor: 'Second facteur :',
    totp: 'Application d’authentification',
    passkey: 'Clé d’accès',
    provider: 'Fournisseur :',
    providerAccount: 'Compte :',
    left: 'Codes restants :',
    deviceName: '{browser} sur {system}',
    app: 'Une application',
    unknownDevice: 'inconnu',
  },
  verify_email: {
    subject: 'Confirmez votre adresse e-mail pour {product}',
    text: [
      'Merci de votre inscription à {product}. Il ne reste qu’une étape : veuillez confirmer votre adresse e-mail.',
      '[Confirmer mon adresse]({link})',
      'Le lien est valable pendant {time}.',
      'Si vous ne vous êtes pas inscrit à {product}, ignorez cet e-mail et n’ouvrez pas le lien.',
    ],
  },
  already_registered: {
    subject: 'Vous avez déjà un compte {product}',
    text: [
      'Quelqu’un, probablement vous, a voulu s’inscrire à {product} avec cette adresse e-mail. Vous avez déjà un compte, rien n’a donc été modifié.',
      'Si c’était vous, connectez-vous.',
      '[Me connecter]({link})',
      '[Si vous avez oublié votre mot de passe, choisissez-en un nouveau ici]({forgotLink})',
      'Si ce n’était pas vous, vous n’avez rien à faire.',
    ],
  },
  finish_sign_up: {
    subject: 'Terminez votre inscription à {product}',
    text: [
      'Quelqu’un, probablement vous, vient de s’inscrire à {product} avec cette adresse e-mail.',
      'Si c’était vous, veuillez terminer votre inscription. Cela confirmera aussi votre adresse.',
      '[Terminer mon inscription]({link})',
      'Le lien ne fonctionne qu’une fois, pendant {time}.',
      'Si ce n’était pas vous, ignorez cet e-mail et n’ouvrez pas le lien.',
    ],
  },
  reset_password: {
    subject: 'Choisissez un nouveau mot de passe pour {product}',
    text: [
      'Quelqu’un, probablement vous, a demandé un nouveau mot de passe pour votre compte {product}.',
      '[Choisir un nouveau mot de passe]({link})',
      'Le lien ne fonctionne qu’une fois, pendant {time}. Tant que vous ne l’utilisez pas, rien ne change.',
      'Si vous n’avez rien demandé, ignorez cet e-mail et n’ouvrez pas le lien.',
    ],
  },
  reset_started: {
    subject: 'Choisissez un nouveau mot de passe pour {product}',
    text: [
      'L’administration de {product} vous demande de choisir un nouveau mot de passe pour votre compte.',
      '[Choisir un nouveau mot de passe]({link})',
      'Le lien ne fonctionne qu’une fois, pendant {time}. Tant que vous ne l’utilisez pas, rien ne change.',
      '[Si le lien a expiré, demandez-en un autre ici]({forgotLink})',
    ],
  },
  email_kept: {
    subject: 'Choisissez un nouveau mot de passe pour {product}',
    text: [
      'Votre compte {product} conserve cette adresse e-mail. La personne qui a voulu la changer connaissait votre mot de passe. Ce mot de passe ne fonctionne plus, et tous les appareils ont été déconnectés.',
      'Veuillez choisir un nouveau mot de passe, puis vous reconnecter.',
      '[Choisir un nouveau mot de passe]({link})',
      'Le lien ne fonctionne qu’une fois, pendant {time}.',
      '[Si le lien a expiré, demandez-en un autre ici]({forgotLink})',
    ],
  },
  verify_new_email: {
    subject: 'Confirmez votre nouvelle adresse e-mail pour {product}',
    text: [
      'Quelqu’un, probablement vous, souhaite utiliser cette adresse e-mail pour son compte {product}. Si c’était vous, veuillez la confirmer.',
      '[Confirmer ma nouvelle adresse]({link})',
      'Le lien est valable pendant {time}. Tant que vous ne l’utilisez pas, rien ne change. Ensuite, le changement pourra être annulé depuis l’adresse actuelle pendant quelques jours.',
      'Si ce n’était pas vous, ignorez cet e-mail et n’ouvrez pas le lien.',
    ],
  },
  verify_new_email_replacing: {
    subject: 'Confirmez votre nouvelle adresse e-mail pour {product}',
    text: [
      'Quelqu’un, probablement vous, souhaite utiliser cette adresse e-mail pour son compte {product}. Si c’était vous, veuillez la confirmer.',
      'Un autre compte a été ouvert avec cette adresse, qui n’a jamais été confirmée. Si vous la confirmez ici, cet autre compte sera supprimé avec tout son contenu.',
      '[Confirmer ma nouvelle adresse]({link})',
      'Le lien est valable pendant {time}. Tant que vous ne l’utilisez pas, rien ne change. Ensuite, le changement pourra être annulé depuis l’adresse actuelle pendant quelques jours.',
      'Si ce n’était pas vous, ignorez cet e-mail et n’ouvrez pas le lien.',
    ],
  },
  email_change_requested: {
    subject: 'Votre adresse e-mail pour {product} va changer',
    text: [
      'Quelqu’un, probablement vous, a demandé à changer l’adresse e-mail de votre compte {product}.',
      '{facts}',
      'Si c’était vous, vous n’avez rien à faire ici : nous avons envoyé un lien à la nouvelle adresse.',
      'Si ce n’était pas vous, conservez cette adresse, puis choisissez un nouveau mot de passe : quelqu’un connaît peut-être l’actuel.',
      '[Conserver cette adresse]({link})',
      'Le lien ne fonctionne qu’une fois, jusqu’à {time} après le changement d’adresse.',
    ],
  },
  email_login: {
    subject: 'Connexion à {product}',
    text: [
      'Quelqu’un, probablement vous, a demandé à se connecter à {product} par e-mail.',
      '[Me connecter]({link})',
      'Ou saisissez ce code là où vous avez demandé à vous connecter :',
      '{code}',
      'Le lien et le code ne fonctionnent qu’une fois, pendant {time}. Ne les communiquez à personne : nous ne vous les demanderons jamais.',
      'Si ce n’était pas vous, ignorez cet e-mail et n’ouvrez pas le lien.',
    ],
  },
  social_code: {
    subject: 'Votre code de connexion à {product}',
    text: [
      'Quelqu’un, probablement vous, veut se connecter à {product} avec ce compte d’un autre service :',
      '{facts}',
      'Si c’était vous, saisissez ce code là où vous avez demandé à vous connecter. Vous pourrez ensuite vous connecter à {product} avec lui.',
      '{code}',
      'Le code ne fonctionne qu’une fois, pendant {time}. Ne le communiquez à personne : nous ne vous le demanderons jamais.',
      'Si ce n’était pas vous, ignorez cet e-mail. Avec le code, quelqu’un d’autre pourrait entrer dans votre compte.',
    ],
  },
  reauthentication_code: {
    subject: 'Votre code pour {product}',
    text: [
      'Quelqu’un, probablement vous, est connecté à votre compte {product} et doit prouver encore une fois son identité.',
      'Si c’était vous, saisissez ce code à cet endroit :',
      '{code}',
      'Le code ne fonctionne qu’une fois, pendant {time}. Ne le communiquez à personne : nous ne vous le demanderons jamais.',
      'Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe. Cela déconnectera aussi tous les appareils.',
      '[Choisir un nouveau mot de passe]({link})',
    ],
  },
  first_factor_added: {
    subject: 'Votre compte {product} a maintenant un second facteur',
    text: [
      'Un second facteur a été ajouté à votre compte {product} : désormais, le mot de passe seul ne suffit plus pour se connecter.',
      '{facts}',
      'Si c’était vous, vous n’avez rien à faire.',
      'Si ce n’était pas vous, quelqu’un d’autre a accès à votre compte. Supprimez le second facteur ici : cela déconnecte aussi tous les appareils et désactive le mot de passe. Nous vous envoyons ensuite un lien pour en choisir un nouveau.',
      '[Supprimer le second facteur]({link})',
      'Le lien ne fonctionne qu’une fois, pendant {time}.',
    ],
  },
  factor_undone: {
    subject: 'Choisissez un nouveau mot de passe pour {product}',
    text: [
      'Le second facteur de votre compte {product} a été supprimé, comme vous l’avez demandé. Le mot de passe ne fonctionne plus et tous les appareils sont déconnectés.',
      'Veuillez choisir un nouveau mot de passe, puis vous reconnecter.',
      '[Choisir un nouveau mot de passe]({link})',
      'Le lien ne fonctionne qu’une fois, pendant {time}.',
      '[Si le lien a expiré, demandez-en un autre ici]({forgotLink})',
    ],
  },
  factors_reset: {
    subject: 'Choisissez un nouveau mot de passe pour {product}',
    text: [
      'L’administration de {product} a supprimé les seconds facteurs de votre compte : l’application d’authentification, les clés d’accès et les codes de secours. Le mot de passe ne fonctionne plus et tous les appareils sont déconnectés.',
      'Veuillez choisir un nouveau mot de passe, puis vous reconnecter.',
      '[Choisir un nouveau mot de passe]({link})',
      'Le lien ne fonctionne qu’une fois, pendant {time}.',
      '[Si le lien a expiré, demandez-en un autre ici]({forgotLink})',
      'Si vous ne vous y attendiez pas, contactez {product}.',
    ],
  },
  new_device: {
    subject: 'Nouvelle connexion à votre compte {product}',
    text: [
      'Quelqu’un, probablement vous, s’est connecté à votre compte {product} sur un appareil que nous ne connaissions pas.',
      '{facts}',
      'Si c’était vous, vous n’avez rien à faire.',
      'Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe. Cela déconnectera aussi tous les appareils.',
      '[Choisir un nouveau mot de passe]({link})',
    ],
  },
  password_changed: {
    subject: 'Votre mot de passe pour {product} a été modifié',
    text: [
      'Le mot de passe de votre compte {product} a été modifié.',
      '{facts}',
      'Si c’était vous, vous n’avez rien à faire.',
      'Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe. Cela déconnectera aussi tous les appareils.',
      '[Choisir un nouveau mot de passe]({link})',
    ],
  },
  email_changed: {
    subject: 'Votre adresse e-mail pour {product} a été modifiée',
    text: [
      'L’adresse e-mail de votre compte {product} a été modifiée. Désormais, nous écrirons à la nouvelle adresse.',
      '{facts}',
      'Si c’était vous, vous n’avez rien à faire.',
      'Si ce n’était pas vous, retrouvez notre e-mail « {warning} » et choisissez-y « {button} ». Cela rétablira votre compte, jusqu’à {time} après le changement.',
    ],
  },
  token_reused: {
    subject: 'Nous avons déconnecté un de vos appareils de {product}',
    text: [
      'Une connexion à votre compte {product} a été utilisée à deux endroits à la fois. Une mauvaise liaison peut en être la cause, ou quelqu’un a copié la connexion de votre appareil. Par sécurité, nous y avons mis fin.',
      '{facts}',
      'Si l’un de vos appareils a été déconnecté, veuillez vous y reconnecter.',
      'Si cela se reproduit, ou si vous trouvez dans votre compte des changements qui ne viennent pas de vous, choisissez un nouveau mot de passe. Cela déconnectera aussi tous les appareils.',
      '[Choisir un nouveau mot de passe]({link})',
    ],
  },
  factor_added: {
    subject: 'Un second facteur a été ajouté à votre compte {product}',
    text: [
      'Un second facteur a été ajouté à votre compte {product}. Il est désormais demandé à chaque connexion. Tous les autres appareils ont été déconnectés.',
      '{facts}',
      'Si c’était vous, vous n’avez rien à faire.',
      'Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe. Cela déconnectera aussi tous les appareils. Connectez-vous ensuite et supprimez ce second facteur, car un nouveau mot de passe ne le supprime pas.',
      '[Choisir un nouveau mot de passe]({link})',
    ],
  },
  factor_removed: {
    subject: 'Un second facteur a été supprimé de votre compte {product}',
    text: [
      'Un second facteur a été supprimé de votre compte {product}. Tous les autres appareils ont été déconnectés.',
      '{facts}',
      'Si c’était vous, vous n’avez rien à faire.',
      'Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe. Cela déconnectera aussi tous les appareils.',
      '[Choisir un nouveau mot de passe]({link})',
    ],
  },
  identity_linked: {
    subject: 'Nouvelle connexion pour votre compte {product}',
    text: [
      'Ce compte d’un autre service a été associé à votre compte {product}. Vous pouvez désormais aussi vous connecter avec lui. Tous les autres appareils ont été déconnectés.',
      '{facts}',
      'Si c’était vous, vous n’avez rien à faire.',
      'Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe. Connectez-vous ensuite et supprimez le compte associé sur la page de votre compte.',
      '[Choisir un nouveau mot de passe]({link})',
    ],
  },
  identity_unlinked: {
    subject: 'Une connexion à {product} a été supprimée',
    text: [
      'Ce compte d’un autre service a été dissocié de votre compte {product}. Vous ne pouvez plus vous connecter avec lui. D’autres appareils ont été déconnectés.',
      '{facts}',
      'Si c’était vous, vous n’avez rien à faire.',
      'Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe. Cela déconnectera aussi tous les appareils.',
      '[Choisir un nouveau mot de passe]({link})',
    ],
  },
  recovery_code_used: {
    subject: 'Un code de secours de votre compte {product} a été utilisé',
    text: [
      'Un code de secours a été utilisé pour confirmer votre identité sur votre compte {product}. Chaque code ne sert qu’une fois.',
      '{facts}',
      'Si c’était vous, créez-en de nouveaux dans votre compte avant qu’il n’en reste plus.',
      'Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe. Cela déconnectera aussi tous les appareils. Connectez-vous ensuite et créez de nouveaux codes de secours.',
      '[Choisir un nouveau mot de passe]({link})',
    ],
  },
  second_factor_failed: {
    subject: 'Tentative de connexion à votre compte {product}',
    text: [
      'Quelqu’un, peut-être vous, a réussi la première étape d’une connexion à votre compte {product}, puis a échoué plusieurs fois à la seconde. Personne n’est entré de cette façon.',
      '{facts}',
      'Si c’était vous, vous n’avez rien à faire.',
      'Si ce n’était pas vous, quelqu’un connaît votre mot de passe ou lit vos e-mails. Choisissez tout de suite un nouveau mot de passe. Cela déconnectera aussi tous les appareils.',
      '[Choisir un nouveau mot de passe]({link})',
    ],
  },
  account_deleted: {
    subject: 'Votre compte {product} a été supprimé',
    text: [
      'Votre compte {product} a été supprimé. La demande a été faite depuis le compte.',
      '{facts}',
      'Tous les appareils sont déconnectés, et le compte ne peut pas être rétabli. Ce qui reste dans les journaux et les sauvegardes sera supprimé plus tard.',
      'Si vous ne l’avez pas voulu, contactez {product} : quelqu’un connaissait peut-être votre mot de passe.',
    ],
  },
  account_deleted_by_administrator: {
    subject: 'Votre compte {product} a été supprimé',
    text: [
      'L’administration de {product} a supprimé votre compte.',
      '{facts}',
      'Tous les appareils sont déconnectés, et le compte ne peut pas être rétabli. Ce qui reste dans les journaux et les sauvegardes sera supprimé plus tard.',
      'Si vous ne l’avez pas voulu, contactez {product} : quelqu’un connaissait peut-être votre mot de passe.',
    ],
  },
}
