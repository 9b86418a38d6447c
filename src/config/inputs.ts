/** What of the settings says which topics are read. */
interface InputSettings {
  readonly inputTopic: readonly string[]
  readonly redriveTopic: string | undefined
}

/** What the processor subscribes to: its inputs, and beside them the topic that redriven dead letters are written to. */
export function topicsRead({ inputTopic, redriveTopic }: InputSettings): readonly string[] {
  if (redriveTopic === undefined || isInput(inputTopic, redriveTopic)) return inputTopic
  return [...inputTopic, redriveTopic]
}

/** Whether the processor reads a topic, by its name or by a pattern. */
export function isRead(settings: InputSettings, topic: string): boolean {
  return isInput(topicsRead(settings), topic)
}

export function isPattern(topic: string): boolean {
  return topic.startsWith('^')
}

// librdkafka's expressions are POSIX's: close enough to JavaScript's to find a missing bracket or a topic that matches.
export function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp
  } catch {
    return false
  }
}

/** Whether one of these names or patterns means the topic. */
export function isInput(inputs: readonly string[], topic: string): boolean {
  return inputs.some(input => {
    if (!isPattern(input)) return input === topic
    return compiles(input) && new RegExp(input).test(topic)
  })
}
