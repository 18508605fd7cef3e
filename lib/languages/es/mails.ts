import type { Mails } from '../en/mails.ts'

/** The texts of the mails: one table, as long as the English one. */
export const mails: Mails = {
  common: {
    automatic:
      '{product} envía este correo automáticamente y nunca le pedirá su contraseña por correo electrónico.',
    buttonHelp: 'Si el botón no funciona, abra este enlace:',
    beforeLink: '{label}:',
    at: 'Fecha:',
    device: 'Dispositivo:',
    ip: 'Dirección IP:',
    newEmail: 'Dirección nueva:',
    factor: 'Segundo factor:',
    totp: 'Aplicación de autenticación',
    passkey: 'Llave de acceso',
    provider: 'Proveedor:',
    providerAccount: 'Cuenta:',
    left: 'Códigos restantes:',
    deviceName: '{browser} en {system}',
    app: 'Una aplicación',
    unknownDevice: 'desconocido',
  },
  verify_email: {
    subject: 'Confirme su dirección de correo para {product}',
    text: [
      'Gracias por registrarse en {product}. Solo falta un paso: confirme su dirección de correo.',
      '[Confirmar mi dirección]({link})',
      'El enlace es válido durante {time}.',
      'Si no se ha registrado en {product}, ignore este correo y no abra el enlace.',
    ],
  },
  already_registered: {
    subject: 'Ya tiene una cuenta en {product}',
    text: [
      'Alguien, probablemente usted, ha intentado registrarse en {product} con esta dirección de correo. Ya tiene una cuenta, así que no ha cambiado nada.',
      'Si ha sido usted, inicie sesión.',
      '[Iniciar sesión]({link})',
      '[Si ha olvidado su contraseña, elija una nueva aquí]({forgotLink})',
      'Si no ha sido usted, no tiene que hacer nada.',
    ],
  },
  finish_sign_up: {
    subject: 'Termine su registro en {product}',
    text: [
      'Alguien, probablemente usted, acaba de registrarse en {product} con esta dirección de correo.',
      'Si ha sido usted, termine su registro. Así también confirma su dirección.',
      '[Terminar mi registro]({link})',
      'El enlace funciona una sola vez, durante {time}.',
      'Si no ha sido usted, ignore este correo y no abra el enlace.',
    ],
  },
  reset_password: {
    subject: 'Elija una contraseña nueva para {product}',
    text: [
      'Alguien, probablemente usted, ha pedido una contraseña nueva para su cuenta de {product}.',
      '[Elegir una contraseña nueva]({link})',
      'El enlace funciona una sola vez, durante {time}. Mientras no lo use, no cambia nada.',
      'Si no lo ha pedido usted, ignore este correo y no abra el enlace.',
    ],
  },
  reset_started: {
    subject: 'Elija una contraseña nueva para {product}',
    text: [
      'La administración de {product} le pide que elija una contraseña nueva para su cuenta.',
      '[Elegir una contraseña nueva]({link})',
      'El enlace funciona una sola vez, durante {time}. Mientras no lo use, no cambia nada.',
      '[Si el enlace ha caducado, pida otro aquí]({forgotLink})',
    ],
  },
  email_kept: {
    subject: 'Elija una contraseña nueva para {product}',
    text: [
      'Su cuenta de {product} conserva esta dirección de correo. La persona que intentó cambiarla conocía su contraseña. Esa contraseña ya no sirve, y se ha cerrado la sesión en todos los dispositivos.',
      'Elija una contraseña nueva y vuelva a iniciar sesión.',
      '[Elegir una contraseña nueva]({link})',
      'El enlace funciona una sola vez, durante {time}.',
      '[Si el enlace ha caducado, pida otro aquí]({forgotLink})',
    ],
  },
  verify_new_email: {
    subject: 'Confirme su nueva dirección de correo para {product}',
    text: [
      'Alguien, probablemente usted, quiere usar esta dirección de correo para su cuenta de {product}. Si ha sido usted, confírmela.',
      '[Confirmar mi nueva dirección]({link})',
      'El enlace es válido durante {time}. Mientras no lo use, no cambia nada. Después, el cambio se podrá deshacer desde la dirección actual durante algunos días.',
      'Si no ha sido usted, ignore este correo y no abra el enlace.',
    ],
  },
  verify_new_email_replacing: {
    subject: 'Confirme su nueva dirección de correo para {product}',
    text: [
      'Alguien, probablemente usted, quiere usar esta dirección de correo para su cuenta de {product}. Si ha sido usted, confírmela.',
      'Se abrió otra cuenta con esta dirección, que nunca se confirmó. Si la confirma aquí, esa cuenta se eliminará con todo su contenido.',
      '[Confirmar mi nueva dirección]({link})',
      'El enlace es válido durante {time}. Mientras no lo use, no cambia nada. Después, el cambio se podrá deshacer desde la dirección actual durante algunos días.',
      'Si no ha sido usted, ignore este correo y no abra el enlace.',
    ],
  },
  email_change_requested: {
    subject: 'Su dirección de correo para {product} va a cambiar',
    text: [
      'Alguien, probablemente usted, ha pedido cambiar la dirección de correo de su cuenta de {product}.',
      '{facts}',
      'Si ha sido usted, no tiene que hacer nada aquí: hemos enviado un enlace a la dirección nueva.',
      'Si no ha sido usted, conserve esta dirección y después elija una contraseña nueva: puede que alguien conozca la actual.',
      '[Conservar esta dirección]({link})',
      'El enlace funciona una sola vez, hasta {time} después del cambio de dirección.',
    ],
  },
  email_login: {
    subject: 'Inicie sesión en {product}',
    text: [
      'Alguien, probablemente usted, ha pedido iniciar sesión en {product} por correo.',
      '[Iniciar sesión]({link})',
      'O introduzca este código donde ha pedido iniciar sesión:',
      '{code}',
      'Ambos funcionan una sola vez, durante {time}. No los comparta con nadie: nunca se los pediremos.',
      'Si no ha sido usted, ignore este correo y no abra el enlace.',
    ],
  },
  social_code: {
    subject: 'Su código para iniciar sesión en {product}',
    text: [
      'Alguien, probablemente usted, quiere iniciar sesión en {product} con esta cuenta de otro servicio:',
      '{facts}',
      'Si ha sido usted, introduzca este código donde ha pedido iniciar sesión. A partir de entonces, podrá iniciar sesión en {product} con ella.',
      '{code}',
      'El código funciona una sola vez, durante {time}. No lo comparta con nadie: nunca se lo pediremos.',
      'Si no ha sido usted, ignore este correo. Con el código, otra persona podría entrar en su cuenta.',
    ],
  },
  reauthentication_code: {
    subject: 'Su código para {product}',
    text: [
      'Alguien, probablemente usted, ha iniciado sesión en su cuenta de {product} y debe demostrar otra vez quién es.',
      'Si ha sido usted, introduzca allí este código:',
      '{code}',
      'El código funciona una sola vez, durante {time}. No lo comparta con nadie: nunca se lo pediremos.',
      'Si no ha sido usted, elija enseguida una contraseña nueva. Así también se cierra la sesión en todos los dispositivos.',
      '[Elegir una contraseña nueva]({link})',
    ],
  },
  first_factor_added: {
    subject: 'Su cuenta de {product} tiene ahora un segundo factor',
    text: [
      'Se ha añadido un segundo factor a su cuenta de {product}: a partir de ahora, la contraseña sola no basta para iniciar sesión.',
      '{facts}',
      'Si ha sido usted, no tiene que hacer nada.',
      'Si no ha sido usted, otra persona tiene acceso a su cuenta. Elimine el segundo factor aquí: esto también cierra la sesión en todos los dispositivos y desactiva la contraseña. Después le enviaremos un enlace para elegir una nueva.',
      '[Eliminar el segundo factor]({link})',
      'El enlace funciona una sola vez, durante {time}.',
    ],
  },
  factor_undone: {
    subject: 'Elija una contraseña nueva para {product}',
    text: [
      'El segundo factor de su cuenta de {product} se ha eliminado, como usted pidió. La contraseña ya no funciona y se ha cerrado la sesión en todos los dispositivos.',
      'Elija una contraseña nueva y vuelva a iniciar sesión.',
      '[Elegir una contraseña nueva]({link})',
      'El enlace funciona una sola vez, durante {time}.',
      '[Si el enlace ha caducado, pida otro aquí]({forgotLink})',
    ],
  },
  factors_reset: {
    subject: 'Elija una contraseña nueva para {product}',
    text: [
      'La administración de {product} ha eliminado los segundos factores de su cuenta: la aplicación de autenticación, las llaves de acceso y los códigos de recuperación. La contraseña ya no funciona y se ha cerrado la sesión en todos los dispositivos.',
      'Elija una contraseña nueva y vuelva a iniciar sesión.',
      '[Elegir una contraseña nueva]({link})',
      'El enlace funciona una sola vez, durante {time}.',
      '[Si el enlace ha caducado, pida otro aquí]({forgotLink})',
      'Si no lo esperaba, avise a {product}.',
    ],
  },
  new_device: {
    subject: 'Nuevo inicio de sesión en su cuenta de {product}',
    text: [
      'Alguien, probablemente usted, ha iniciado sesión en su cuenta de {product} en un dispositivo que no conocíamos.',
      '{facts}',
      'Si ha sido usted, no tiene que hacer nada.',
      'Si no ha sido usted, elija enseguida una contraseña nueva. Así también se cierra la sesión en todos los dispositivos.',
      '[Elegir una contraseña nueva]({link})',
    ],
  },
  password_changed: {
    subject: 'Se ha cambiado su contraseña de {product}',
    text: [
      'Se ha cambiado la contraseña de su cuenta de {product}.',
      '{facts}',
      'Si ha sido usted, no tiene que hacer nada.',
      'Si no ha sido usted, elija enseguida una contraseña nueva. Así también se cierra la sesión en todos los dispositivos.',
      '[Elegir una contraseña nueva]({link})',
    ],
  },
  email_changed: {
    subject: 'Se ha cambiado su dirección de correo para {product}',
    text: [
      'Se ha cambiado la dirección de correo de su cuenta de {product}. A partir de ahora escribiremos a la dirección nueva.',
      '{facts}',
      'Si ha sido usted, no tiene que hacer nada.',
      'Si no ha sido usted, busque nuestro correo «{warning}» y pulse allí «{button}». Así recupera su cuenta, hasta {time} después del cambio.',
    ],
  },
  token_reused: {
    subject: 'Hemos cerrado la sesión de {product} en un dispositivo suyo',
    text: [
      'Una sesión de su cuenta de {product} se ha usado en dos lugares a la vez. Puede deberse a una mala conexión, o alguien ha copiado la sesión de su dispositivo. Por seguridad, la hemos cerrado.',
      '{facts}',
      'Si se ha cerrado la sesión en uno de sus dispositivos, vuelva a iniciarla en él.',
      'Si esto se repite, o si encuentra en su cuenta cambios que no ha hecho usted, elija una contraseña nueva. Así también se cierra la sesión en todos los dispositivos.',
      '[Elegir una contraseña nueva]({link})',
    ],
  },
  factor_added: {
    subject: 'Se ha añadido un segundo factor a su cuenta de {product}',
    text: [
      'Se ha añadido un segundo factor a su cuenta de {product}. A partir de ahora se pide en cada inicio de sesión. Se ha cerrado la sesión en todos los demás dispositivos.',
      '{facts}',
      'Si ha sido usted, no tiene que hacer nada.',
      'Si no ha sido usted, elija enseguida una contraseña nueva. Así también se cierra la sesión en todos los dispositivos. Después inicie sesión y elimine este segundo factor, porque una contraseña nueva no lo elimina.',
      '[Elegir una contraseña nueva]({link})',
    ],
  },
  factor_removed: {
    subject: 'Se ha eliminado un segundo factor de su cuenta de {product}',
    text: [
      'Se ha eliminado un segundo factor de su cuenta de {product}. Se ha cerrado la sesión en todos los demás dispositivos.',
      '{facts}',
      'Si ha sido usted, no tiene que hacer nada.',
      'Si no ha sido usted, elija enseguida una contraseña nueva. Así también se cierra la sesión en todos los dispositivos.',
      '[Elegir una contraseña nueva]({link})',
    ],
  },
  identity_linked: {
    subject: 'Nueva forma de iniciar sesión en {product}',
    text: [
      'Se ha vinculado esta cuenta de otro servicio a su cuenta de {product}. Desde ahora también puede iniciar sesión con ella. Se ha cerrado la sesión en todos los demás dispositivos.',
      '{facts}',
      'Si ha sido usted, no tiene que hacer nada.',
      'Si no ha sido usted, elija enseguida una contraseña nueva. Después inicie sesión y quite la cuenta vinculada en la página de su cuenta.',
      '[Elegir una contraseña nueva]({link})',
    ],
  },
  identity_unlinked: {
    subject: 'Se ha quitado una forma de entrar en {product}',
    text: [
      'Se ha desvinculado esta cuenta de otro servicio de su cuenta de {product}. Ya no puede iniciar sesión con ella. Se ha cerrado la sesión en otros dispositivos.',
      '{facts}',
      'Si ha sido usted, no tiene que hacer nada.',
      'Si no ha sido usted, elija enseguida una contraseña nueva. Así también se cierra la sesión en todos los dispositivos.',
      '[Elegir una contraseña nueva]({link})',
    ],
  },
  recovery_code_used: {
    subject: 'Se ha usado un código de recuperación de {product}',
    text: [
      'Se ha usado un código de recuperación para confirmar su identidad en su cuenta de {product}. Cada código funciona una sola vez.',
      '{facts}',
      'Si ha sido usted, cree otros nuevos en su cuenta antes de que se agoten.',
      'Si no ha sido usted, elija enseguida una contraseña nueva. Así también se cierra la sesión en todos los dispositivos. Después inicie sesión y cree nuevos códigos de recuperación.',
      '[Elegir una contraseña nueva]({link})',
    ],
  },
  second_factor_failed: {
    subject: 'Intento de inicio de sesión en su cuenta de {product}',
    text: [
      'Alguien, quizá usted, ha superado el primer paso de un inicio de sesión en su cuenta de {product} y después ha fallado varias veces en el segundo. Nadie ha entrado de esta manera.',
      '{facts}',
      'Si ha sido usted, no tiene que hacer nada.',
      'Si no ha sido usted, alguien conoce su contraseña o lee sus correos. Elija enseguida una contraseña nueva. Así también se cierra la sesión en todos los dispositivos.',
      '[Elegir una contraseña nueva]({link})',
    ],
  },
  account_deleted: {
    subject: 'Se ha eliminado su cuenta de {product}',
    text: [
      'Se ha eliminado su cuenta de {product}. La solicitud se hizo desde la cuenta.',
      '{facts}',
      'Se ha cerrado la sesión en todos los dispositivos, y la cuenta no se puede recuperar. Lo que queda en registros y copias de seguridad se elimina más tarde.',
      'Si usted no lo quería, avise a {product}: puede que alguien conociera su contraseña.',
    ],
  },
  account_deleted_by_administrator: {
    subject: 'Se ha eliminado su cuenta de {product}',
    text: [
      'La administración de {product} ha eliminado su cuenta.',
      '{facts}',
      'Se ha cerrado la sesión en todos los dispositivos, y la cuenta no se puede recuperar. Lo que queda en registros y copias de seguridad se elimina más tarde.',
      'Si usted no lo quería, avise a {product}: puede que alguien conociera su contraseña.',
    ],
  },
}
