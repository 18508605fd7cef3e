import { mailTextProblems } from './mail-texts.ts'

// tools/bundle/mail-texts.cjs runs this file, and reads the problems.
process.stdout.write(JSON.stringify(mailTextProblems(process.argv[2])))
