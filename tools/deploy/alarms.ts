import type { Entry } from '../generate/registry.ts'
import { type Alarm, alarmsOf, reputation, sumOf } from './alarm-definitions.ts'
import { logMetrics, type Metric, PERIOD } from './metrics.ts'

/** The alarms of a stage. They notify the given topic, or a topic of their own with one subscriber, or no one. */
export function alarms(
  service: string,
  stage: string,
  entries: readonly Entry[],
  told: { readonly alarmTopicArn: string | undefined; readonly alarmEmail: string | undefined },
  sendsMail: boolean,
): { readonly Resources: Readonly<Record<string, object>> } {
  const topic = told.alarmTopicArn ?? (told.alarmEmail && { Ref: 'AlarmTopic' })
  const all = { ...alarmsOf(logMetrics(service, stage), entries), ...(sendsMail && reputation) }
  const resources = Object.entries(all).map(([id, alarm]) => [`${id}Alarm`, resourceOf(alarm, topic)])
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

const resourceOf = ({ about, metrics, expression, threshold, keepsState }: Alarm, topic: unknown) => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: {
    AlarmDescription: about,
    Metrics: [
      { Id: 'alarm', Expression: expression ?? sumOf(metrics.length), ReturnData: true },
      ...metrics.map(watched),
    ],
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    Threshold: threshold,
    EvaluationPeriods: 1,
    TreatMissingData: keepsState ? 'ignore' : 'notBreaching',
    ...(topic ? { AlarmActions: [topic], OKActions: [topic] } : {}),
  },
})

function watched({ namespace, name, dimensions, stat }: Metric, index: number): object {
  const Dimensions = Object.entries(dimensions).map(([Name, value]) => ({
    Name,
    Value: value.includes('${') ? { 'Fn::Sub': value } : value,
  }))
  const Metric = { Namespace: namespace, MetricName: name, Dimensions }
  return { Id: `m${index + 1}`, MetricStat: { Metric, Period: PERIOD, Stat: stat }, ReturnData: false }
}
