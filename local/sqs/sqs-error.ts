/** An error in the form that SQS clients raise. */
export class SqsError extends Error {
  /** Returns an error with the code that the AWS SDKs name the exception after. */
  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }

  /** The body of the answer. */
  toBody(): { readonly __type: string; readonly message: string } {
    return { __type: `com.amazonaws.sqs#${this.name}`, message: this.message }
  }

  /** The header from which clients of the older protocol read the error. */
  queryError(): string {
    return `AWS.SimpleQueueService.${this.name};Sender`
  }
}
