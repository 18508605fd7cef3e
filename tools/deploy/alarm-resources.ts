import type { Entry } from '../generate/registry.ts'
import { type Alarm, alarmsOf, sumOf } from './alarm-definitions.ts'
import { type Metric, PERIOD } from './metrics.ts'

/** The alarms of a stage. They notify the given topic, or a topic of their own with one subscriber, or no one. */
export function alarms(
  service: string,
  stage: string,
  entries: readonly Entry[],
  told: { readonly alarmTopicArn: string | undefined; readonly alarmEmail: string | undefined },
  sendsMail: boolean,
): { readonly Resources: Readonly<Record<string, object>> } {
  const topic = told.alarmTopicArn ?? (told.alarmEmail && { Ref: 'AlarmTopic' })
  const resources = Object.entries(alarmsOf(service, stage, entries, sendsMail)).map(([id, alarm]) => [
    id,
    resourceOf(alarm, topic ? [topic] : []),
  ])
  return {
    Resources: {
      ...Object.fromEntries(resources),
      ...(told.alarmEmail && {
        AlarmTopic: { Type: 'AWS::SNS::Topic', Properties: {} },
        AlarmSubscription: {
          Type: 'AWS::SNS::Subscription',
          Properties: { TopicArn: { Ref: 'AlarmTopic' }, Protocol: 'email', Endpoint: told.alarmEmail },
        },
      }),
    },
  }
}

function resourceOf(
  { about, metrics, expression, threshold, keepsState }: Alarm,
  actions: readonly unknown[],
): object {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmDescription: about,
      Metrics: [
        { Id: 'alarm', Expression: expression ?? sumOf(1, metrics.length), ReturnData: true },
        ...metrics.map((metric, index) => ({
          Id: `m${index + 1}`,
          MetricStat: statOf(metric),
          ReturnData: false,
        })),
      ],
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: threshold,
      EvaluationPeriods: 1,
      TreatMissingData: keepsState ? 'ignore' : 'notBreaching',
      ...(actions.length > 0 && { AlarmActions: actions, OKActions: actions }),
    },
  }
}

function statOf({ namespace, name, dimensions, stat }: Metric): object {
  const Dimensions = Object.entries(dimensions).map(([Name, value]) => ({
    Name,
    Value: value.includes('${') ? { 'Fn::Sub': value } : value,
  }))
  return { Metric: { Namespace: namespace, MetricName: name, Dimensions }, Period: PERIOD, Stat: stat }
}
