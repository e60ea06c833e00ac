const key = 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000001'

interface Option {
  readonly name: string
  /** Settings that turn the option on. */
  readonly settings: Readonly<Record<string, string>>
}

/** Every option of the template that a stage can turn on, with sample values. */
export const templateOptions: readonly Option[] = [
  {
    name: 'a permissions boundary',
    settings: { PermissionsBoundaryArn: 'arn:aws:iam::111122223333:policy/boundary' },
  },
  { name: 'a customer managed key', settings: { KmsKeyArn: key } },
  { name: 'the key of the domain', settings: { DomainKmsKeyArn: key } },
  { name: 'a VPC', settings: { SubnetIds: 'subnet-01234567', SecurityGroupIds: 'sg-01234567' } },
  { name: 'tracing', settings: { Tracing: 'true' } },
  { name: 'logs for a year', settings: { LogRetentionDays: '365' } },
  { name: 'an event archive', settings: { ArchiveDays: '30' } },
  { name: 'a protected table', settings: { ProtectTable: 'true' } },
  { name: 'an alarm topic of the stack', settings: { AlarmEmail: 'on-call@example.com' } },
  {
    name: 'an alarm topic that exists',
    settings: { AlarmTopicArn: 'arn:aws:sns:eu-west-1:111122223333:on-call' },
  },
  { name: 'a notification topic of the stack', settings: { NotificationEmail: 'data-team@example.com' } },
  {
    name: 'a notification topic that exists',
    settings: { NotificationTopicArn: 'arn:aws:sns:eu-west-1:111122223333:data-team' },
  },
  {
    name: 'a catalog role that exists',
    settings: { CatalogRoleArn: 'arn:aws:iam::111122223333:role/catalog' },
  },
  { name: 'a domain of another account', settings: { DomainAccountId: '111122223333' } },
  { name: 'senders of other accounts', settings: { SenderAccountIds: '444455556666' } },
  { name: 'consumers of other accounts', settings: { ConsumerAccountIds: '444455556666' } },
  { name: 'a reserved concurrency', settings: { ReservePollerConcurrency: 'true' } },
]
