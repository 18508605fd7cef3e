/** `node examples/server-side/start.ts`, beside `npm start`. */
import { server } from './server.ts'

const { CARDEA = 'http://localhost:3000', CARDEA_BACKEND_SECRET: secret, PORT = '8080' } = process.env
const origin = process.env.ORIGIN ?? `http://localhost:${PORT}`
server({ api: CARDEA, origin, secret }).listen(Number(PORT), () => console.log(origin))
