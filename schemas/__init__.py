"""What crosses the wire: the models, the topic cards and the event kinds. Nothing in here runs a service."""
