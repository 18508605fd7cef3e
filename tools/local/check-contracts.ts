/** A worker thread: tells which generated file the contracts contradict. */
import { parentPort } from 'node:worker_threads'
import { staleFile } from '../generate/generated-files.ts'

parentPort?.postMessage(await staleFile())
