// The published types describe only the package's main file.

declare module 'jsonwebtoken/sign.js' {
  import { sign } from 'jsonwebtoken'

  export = sign
}

declare module 'jsonwebtoken/verify.js' {
  import { verify } from 'jsonwebtoken'

  export = verify
}
