/** An error of SQS, which SDK clients raise as an exception. */
export class SqsError extends Error {
  /** `name` is the error code, after which AWS SDKs name the exception. */
  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }

  /** Returns the body of the answer. */
  toBody(): { readonly __type: string; readonly message: string } {
    return { __type: `com.amazonaws.sqs#${this.name}`, message: this.message }
  }

  /** Returns the header from which clients of the older query protocol read the error. */
  queryError(): string {
    return `AWS.SimpleQueueService.${this.name};Sender`
  }
}
