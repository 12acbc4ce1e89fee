"""The services beside a stack: preparing topics and schemas, starting, watching and stopping their processes."""
