/** A domain of the API. The outputs say what its DNS record must point to. */
export function domain(name: string, certificateArn: string): object {
  return {
    Resources: {
      HttpApiDomain: {
        Type: 'AWS::ApiGatewayV2::DomainName',
        Properties: {
          DomainName: name,
          DomainNameConfigurations: [
            { CertificateArn: certificateArn, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' },
          ],
        },
      },
      HttpApiDomainMapping: {
        Type: 'AWS::ApiGatewayV2::ApiMapping',
        Properties: {
          ApiId: { Ref: 'HttpApi' },
          DomainName: { Ref: 'HttpApiDomain' },
          Stage: { Ref: 'HttpApiStage' },
        },
      },
    },
    Outputs: {
      DomainTarget: {
        Description: 'What a CNAME or alias record of the domain points to',
        Value: { 'Fn::GetAtt': ['HttpApiDomain', 'RegionalDomainName'] },
      },
      DomainTargetZone: {
        Description: 'The hosted zone of that target, for an alias record',
        Value: { 'Fn::GetAtt': ['HttpApiDomain', 'RegionalHostedZoneId'] },
      },
    },
  }
}
