import { Socket } from 'node:net'
import './captured-log.ts'

// A fast test that opens a connection does not test what it says.
jest.spyOn(Socket.prototype, 'connect').mockImplementation(() => {
  throw new Error('The fast tests have no network')
})
