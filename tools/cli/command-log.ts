import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import type { SecurityEvent, SecurityEvents } from '../../lib/domain/security-events.ts'
import { commandLogGroup } from '../deploy/command-log.ts'
import { callersArn, patience } from './aws.ts'
import { sentenceOf } from './command.ts'

/** The log of what the command line does to a stage. */
export interface CommandLog extends SecurityEvents {
  /**
   * Writes that a command is about to run. @throws if that cannot be written, before anything is done: a person who stole
   * credentials wants to act without a trace.
   */
  begin(command: string, subject?: { readonly userId?: string; readonly kid?: string }): Promise<void>
  /**
   * Makes a change, and writes what it recorded, also where it fails half-way. What cannot be written is printed. @throws what
   * the change throws, else that something was not written.
   */
  during<T>(change: () => Promise<T>): Promise<T>
}

interface Line {
  readonly type: string
  readonly [name: string]: unknown
}

/** The log of a stage: `local` prints it; any other has a log group, which its template makes. */
export function commandLog(
  stage: string,
  { unlogged = false }: { unlogged?: boolean | undefined } = {},
): CommandLog {
  const recorded: Line[] = []
  const write = stage === 'local' || unlogged ? print : cloudWatch(commandLogGroup(stage))
  const end = async () => {
    if (recorded.length === 0) return
    await write(recorded).catch(async (error: unknown) => {
      await print(recorded)
      throw new Error(
        `What the lines above say holds, but they cannot be written to the log (${sentenceOf(error)}): keep them`,
      )
    })
  }
  return {
    record: (event: SecurityEvent) => void recorded.push({ ...event }),
    async begin(command, subject) {
      if (stage === 'local') return
      await write([{ type: 'command.run', command, ...subject }]).catch((error: unknown) => {
        throw new Error(
          `Nothing was done: the log group ${commandLogGroup(stage)} cannot be written (${sentenceOf(error)}). ` +
            'Mend that, deploy this version if the group is not there yet, or add --unlogged and keep the lines that it prints.',
        )
      })
    },
    async during(change) {
      const done = await change().catch(async (error: unknown) => {
        await end().catch((unwritten: unknown) => console.error(sentenceOf(unwritten)))
        throw error
      })
      await end()
      return done
    },
  }
}

type Writer = (lines: readonly Line[]) => Promise<void>

const stamped = (line: Line, actor: string) =>
  JSON.stringify({ time: new Date().toISOString(), level: 'info', ...line, actor })

/** Standard error is for the person who keeps it. */
const print: Writer = async (lines) => {
  for (const line of lines) console.error(stamped(line, userInfo().username))
}

/** CloudWatch Logs, with the caller's own credentials; the actor is who AWS says they are. */
function cloudWatch(logGroupName: string): Writer {
  const logs = new CloudWatchLogsClient(patience)
  const logStreamName = `${new Date().toISOString().slice(0, 10)}/${randomUUID()}`
  const open = async () => {
    const actor = await callersArn()
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }))
    return actor
  }
  let opened: Promise<string> | undefined
  return async (lines) => {
    opened ??= open()
    const actor = await opened
    const logEvents = lines.map((line) => ({ timestamp: Date.now(), message: stamped(line, actor) }))
    const answer = await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }))
    if (answer.rejectedLogEventsInfo) throw new Error('CloudWatch Logs rejects their time')
  }
}
