"""Delivery: who receives a release or notice, the outbox it waits in, the mail it becomes, the server that takes it."""
