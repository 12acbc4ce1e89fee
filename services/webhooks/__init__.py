"""Webhooks: changes of events posted to whoever registered an address, signed, in order, until they are taken."""
