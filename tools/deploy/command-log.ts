/** Where changes by `npm run admin` and `npm run keys` are written. No function may write there. */
export const commandLogGroup = (stage: string): string => `/cardea/${stage}/command-line`

/** The log group of a stage. What an administrator did must be found for as long as what users did. */
export const commandLog = (stage: string, retentionDays: number): object => ({
  Resources: {
    CommandLineLogGroup: {
      Type: 'AWS::Logs::LogGroup',
      Properties: { LogGroupName: commandLogGroup(stage), RetentionInDays: retentionDays },
    },
  },
})
