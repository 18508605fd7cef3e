import { Socket } from 'node:net'
import './captured-log.ts'

// A fast test that reaches for a network tests something else than it says.
jest.spyOn(Socket.prototype, 'connect').mockImplementation(() => {
  throw new Error('The fast tests have no network')
})
