/** `npm run admin` and `npm run keys` write their changes here. No function may. */
export const commandLogGroup = (stage: string): string => `/cardea/${stage}/command-line`

/** The log group of a stage. It keeps what administrators did as long as what users did. */
export const commandLog = (stage: string, retentionDays: number): object => ({
  Resources: {
    CommandLineLogGroup: {
      Type: 'AWS::Logs::LogGroup',
      Properties: { LogGroupName: commandLogGroup(stage), RetentionInDays: retentionDays },
    },
  },
})
