import type { Mails } from '../en/mails.ts'

/** The texts of the mails: one table, as long as the English one. */
export const mails: Mails = {
  common: {
    automatic: '{product} envia este e-mail automaticamente e nunca pedirá a sua senha por e-mail.',
    buttonHelp: 'Se o botão não funcionar, abra este link:',
    beforeLink: '{label}:',
    at: 'Data:',
    device: 'Dispositivo:',
    ip: 'Endereço IP:',
    newEmail: 'Novo endereço:',
    factor: 'Segundo fator:',
    totp: 'Aplicativo autenticador',
    passkey: 'Chave de acesso',
    provider: 'Provedor:',
    providerAccount: 'Conta:',
    left: 'Códigos restantes:',
    deviceName: '{browser} em {system}',
    app: 'Um aplicativo',
    unknownDevice: 'desconhecido',
  },
  verify_email: {
    subject: 'Confirme o seu e-mail para {product}',
    text: [
      'Obrigado por se cadastrar em {product}. Falta só um passo: confirme o seu endereço de e-mail.',
      '[Confirmar o meu e-mail]({link})',
      'O link é válido por {time}.',
      'Se você não se cadastrou em {product}, ignore este e-mail e não abra o link.',
    ],
  },
  already_registered: {
    subject: 'Você já tem uma conta em {product}',
    text: [
      'Alguém, provavelmente você, tentou se cadastrar em {product} com este endereço de e-mail. Você já tem uma conta, então nada foi alterado.',
      'Se foi você, entre na sua conta.',
      '[Entrar]({link})',
      '[Se você esqueceu a sua senha, escolha uma nova aqui]({forgotLink})',
      'Se não foi você, não é preciso fazer nada.',
    ],
  },
  finish_sign_up: {
    subject: 'Conclua o seu cadastro em {product}',
    text: [
      'Alguém, provavelmente você, acabou de se cadastrar em {product} com este endereço de e-mail.',
      'Se foi você, conclua o seu cadastro. Isso também confirma o seu endereço.',
      '[Concluir o meu cadastro]({link})',
      'O link funciona uma única vez, por {time}.',
      'Se não foi você, ignore este e-mail e não abra o link.',
    ],
  },
  reset_password: {
    subject: 'Escolha uma nova senha para {product}',
    text: [
      'Alguém, provavelmente você, pediu uma nova senha para a sua conta em {product}.',
      '[Escolher uma nova senha]({link})',
      'O link funciona uma única vez, por {time}. Enquanto você não o usar, nada muda.',
      'Se você não pediu isso, ignore este e-mail e não abra o link.',
    ],
  },
  reset_started: {
    subject: 'Escolha uma nova senha para {product}',
    text: [
      'A administração de {product} pede que você escolha uma nova senha para a sua conta.',
      '[Escolher uma nova senha]({link})',
      'O link funciona uma única vez, por {time}. Enquanto você não o usar, nada muda.',
      '[Se o link expirou, peça outro aqui]({forgotLink})',
    ],
  },
  email_kept: {
    subject: 'Escolha uma nova senha para {product}',
    text: [
      'A sua conta em {product} mantém este endereço de e-mail. A pessoa que tentou alterá-lo conhecia a sua senha. Essa senha não funciona mais, e todos os dispositivos foram desconectados.',
      'Escolha uma nova senha e depois entre novamente.',
      '[Escolher uma nova senha]({link})',
      'O link funciona uma única vez, por {time}.',
      '[Se o link expirou, peça outro aqui]({forgotLink})',
    ],
  },
  verify_new_email: {
    subject: 'Confirme o seu novo e-mail para {product}',
    text: [
      'Alguém, provavelmente você, quer usar este endereço de e-mail em uma conta em {product}. Se foi você, confirme-o.',
      '[Confirmar o meu novo e-mail]({link})',
      'O link é válido por {time}. Enquanto você não o usar, nada muda. Depois, a alteração pode ser desfeita a partir do endereço atual durante alguns dias.',
      'Se não foi você, ignore este e-mail e não abra o link.',
    ],
  },
  verify_new_email_replacing: {
    subject: 'Confirme o seu novo e-mail para {product}',
    text: [
      'Alguém, provavelmente você, quer usar este endereço de e-mail em uma conta em {product}. Se foi você, confirme-o.',
      'Outra conta foi aberta com este endereço, que nunca foi confirmado. Se você o confirmar aqui, aquela conta será excluída com todo o seu conteúdo.',
      '[Confirmar o meu novo e-mail]({link})',
      'O link é válido por {time}. Enquanto você não o usar, nada muda. Depois, a alteração pode ser desfeita a partir do endereço atual durante alguns dias.',
      'Se não foi você, ignore este e-mail e não abra o link.',
    ],
  },
  email_change_requested: {
    subject: 'O seu e-mail para {product} está prestes a mudar',
    text: [
      'Alguém, provavelmente você, pediu para alterar o endereço de e-mail da sua conta em {product}.',
      '{facts}',
      'Se foi você, não é preciso fazer nada aqui: enviamos um link para o novo endereço.',
      'Se não foi você, mantenha este endereço e depois escolha uma nova senha: alguém pode conhecer a atual.',
      '[Manter este endereço]({link})',
      'O link funciona uma única vez, até {time} depois da alteração do endereço.',
    ],
  },
  email_login: {
    subject: 'Entre em {product}',
    text: [
      'Alguém, provavelmente você, pediu para entrar em {product} por e-mail.',
      '[Entrar]({link})',
      'Ou digite este código onde você pediu para entrar:',
      '{code}',
      'Ambos funcionam uma única vez, por {time}. Não os compartilhe com ninguém: nunca os pediremos a você.',
      'Se não foi você, ignore este e-mail e não abra o link.',
    ],
  },
  social_code: {
    subject: 'O seu código para entrar em {product}',
    text: [
      'Alguém, provavelmente você, quer entrar em {product} com esta conta de outro serviço:',
      '{facts}',
      'Se foi você, digite este código onde você pediu para entrar. A partir daí, você poderá entrar em {product} com ela.',
      '{code}',
      'O código funciona uma única vez, por {time}. Não o compartilhe com ninguém: nunca o pediremos a você.',
      'Se não foi você, ignore este e-mail. Com o código, outra pessoa poderia entrar na sua conta.',
    ],
  },
  reauthentication_code: {
    subject: 'O seu código para {product}',
    text: [
      'Alguém, provavelmente você, está conectado à sua conta em {product} e precisa provar novamente quem é.',
      'Se foi você, digite lá este código:',
      '{code}',
      'O código funciona uma única vez, por {time}. Não o compartilhe com ninguém: nunca o pediremos a você.',
      'Se não foi você, escolha imediatamente uma nova senha. Isso também desconecta todos os dispositivos.',
      '[Escolher uma nova senha]({link})',
    ],
  },
  first_factor_added: {
    subject: 'A sua conta em {product} tem agora um segundo fator',
    text: [
      'Foi adicionado um segundo fator à sua conta em {product}: a partir de agora, a senha sozinha não basta para entrar.',
      '{facts}',
      'Se foi você, não precisa fazer nada.',
      'Se não foi você, outra pessoa tem acesso à sua conta. Remova o segundo fator aqui: isso também desconecta todos os dispositivos e desativa a senha. Depois enviamos a você um link para escolher uma nova.',
      '[Remover o segundo fator]({link})',
      'O link funciona uma única vez, por {time}.',
    ],
  },
  factor_undone: {
    subject: 'Escolha uma nova senha para {product}',
    text: [
      'O segundo fator da sua conta em {product} foi removido, como você pediu. A senha não funciona mais, e todos os dispositivos foram desconectados.',
      'Escolha uma nova senha e depois entre novamente.',
      '[Escolher uma nova senha]({link})',
      'O link funciona uma única vez, por {time}.',
      '[Se o link expirou, peça outro aqui]({forgotLink})',
    ],
  },
  factors_reset: {
    subject: 'Escolha uma nova senha para {product}',
    text: [
      'A administração de {product} removeu os segundos fatores da sua conta: o aplicativo autenticador, as chaves de acesso e os códigos de recuperação. A senha não funciona mais, e todos os dispositivos foram desconectados.',
      'Escolha uma nova senha e depois entre novamente.',
      '[Escolher uma nova senha]({link})',
      'O link funciona uma única vez, por {time}.',
      '[Se o link expirou, peça outro aqui]({forgotLink})',
      'Se você não esperava por isso, avise {product}.',
    ],
  },
  new_device: {
    subject: 'Novo acesso à sua conta em {product}',
    text: [
      'Alguém, provavelmente você, entrou na sua conta em {product} com um dispositivo que não conhecíamos.',
      '{facts}',
      'Se foi você, não é preciso fazer nada.',
      'Se não foi você, escolha imediatamente uma nova senha. Isso também desconecta todos os dispositivos.',
      '[Escolher uma nova senha]({link})',
    ],
  },
  password_changed: {
    subject: 'A sua senha de {product} foi alterada',
    text: [
      'A senha da sua conta em {product} foi alterada.',
      '{facts}',
      'Se foi você, não é preciso fazer nada.',
      'Se não foi você, escolha imediatamente uma nova senha. Isso também desconecta todos os dispositivos.',
      '[Escolher uma nova senha]({link})',
    ],
  },
  email_changed: {
    subject: 'O seu e-mail para {product} foi alterado',
    text: [
      'O endereço de e-mail da sua conta em {product} foi alterado. A partir de agora, escreveremos para o novo endereço.',
      '{facts}',
      'Se foi você, não é preciso fazer nada.',
      'Se não foi você, procure o nosso e-mail “{warning}” e escolha nele “{button}”. Isso restaura a sua conta, até {time} depois da alteração.',
    ],
  },
  token_reused: {
    subject: 'Desconectamos um dos seus dispositivos de {product}',
    text: [
      'Um acesso à sua conta em {product} foi usado em dois lugares ao mesmo tempo. Uma conexão ruim pode ser a causa, ou alguém pode ter copiado o acesso do seu dispositivo. Por segurança, nós o encerramos.',
      '{facts}',
      'Se um dos seus dispositivos foi desconectado, entre nele novamente.',
      'Se isso se repetir, ou se você encontrar na sua conta alterações que não fez, escolha uma nova senha. Isso também desconecta todos os dispositivos.',
      '[Escolher uma nova senha]({link})',
    ],
  },
  factor_added: {
    subject: 'Um segundo fator foi adicionado à sua conta em {product}',
    text: [
      'Um segundo fator foi adicionado à sua conta em {product}. A partir de agora, ele também é pedido ao entrar. Todos os outros dispositivos foram desconectados.',
      '{facts}',
      'Se foi você, não é preciso fazer nada.',
      'Se não foi você, escolha imediatamente uma nova senha. Isso também desconecta todos os dispositivos. Depois entre e remova este segundo fator, porque uma nova senha não o remove.',
      '[Escolher uma nova senha]({link})',
    ],
  },
  factor_removed: {
    subject: 'Um segundo fator foi removido da sua conta em {product}',
    text: [
      'Um segundo fator foi removido da sua conta em {product}. Todos os outros dispositivos foram desconectados.',
      '{facts}',
      'Se foi você, não é preciso fazer nada.',
      'Se não foi você, escolha imediatamente uma nova senha. Isso também desconecta todos os dispositivos.',
      '[Escolher uma nova senha]({link})',
    ],
  },
  identity_linked: {
    subject: 'Nova forma de entrar na sua conta em {product}',
    text: [
      'Esta conta de outro serviço foi vinculada à sua conta em {product}. A partir de agora, você também pode entrar com ela. Todos os outros dispositivos foram desconectados.',
      '{facts}',
      'Se foi você, não é preciso fazer nada.',
      'Se não foi você, escolha imediatamente uma nova senha. Depois entre e remova a conta vinculada na página da sua conta.',
      '[Escolher uma nova senha]({link})',
    ],
  },
  identity_unlinked: {
    subject: 'Uma forma de entrar em {product} foi removida',
    text: [
      'Esta conta de outro serviço foi desvinculada da sua conta em {product}. Você não pode mais entrar com ela. Outros dispositivos foram desconectados.',
      '{facts}',
      'Se foi você, não é preciso fazer nada.',
      'Se não foi você, escolha imediatamente uma nova senha. Isso também desconecta todos os dispositivos.',
      '[Escolher uma nova senha]({link})',
    ],
  },
  recovery_code_used: {
    subject: 'Um código de recuperação de {product} foi usado',
    text: [
      'Um código de recuperação foi usado para confirmar a sua identidade na sua conta em {product}. Cada código funciona uma única vez.',
      '{facts}',
      'Se foi você, crie novos códigos na sua conta antes que acabem.',
      'Se não foi você, escolha imediatamente uma nova senha. Isso também desconecta todos os dispositivos. Depois entre e crie novos códigos de recuperação.',
      '[Escolher uma nova senha]({link})',
    ],
  },
  second_factor_failed: {
    subject: 'Tentativa de entrar na sua conta em {product}',
    text: [
      'Alguém, talvez você, passou pela primeira etapa ao entrar na sua conta em {product} e depois falhou várias vezes na segunda. Ninguém entrou dessa forma.',
      '{facts}',
      'Se foi você, não é preciso fazer nada.',
      'Se não foi você, alguém conhece a sua senha ou lê os seus e-mails. Escolha imediatamente uma nova senha. Isso também desconecta todos os dispositivos.',
      '[Escolher uma nova senha]({link})',
    ],
  },
  account_deleted: {
    subject: 'A sua conta em {product} foi excluída',
    text: [
      'A sua conta em {product} foi excluída. O pedido foi feito na própria conta.',
      '{facts}',
      'Todos os dispositivos foram desconectados, e a conta não pode ser restaurada. O que resta em registros e cópias de segurança é excluído mais tarde.',
      'Se você não queria isso, avise {product}: alguém pode ter conhecido a sua senha.',
    ],
  },
  account_deleted_by_administrator: {
    subject: 'A sua conta em {product} foi excluída',
    text: [
      'A administração de {product} excluiu a sua conta.',
      '{facts}',
      'Todos os dispositivos foram desconectados, e a conta não pode ser restaurada. O que resta em registros e cópias de segurança é excluído mais tarde.',
      'Se você não queria isso, avise {product}: alguém pode ter conhecido a sua senha.',
    ],
  },
}
