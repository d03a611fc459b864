"""The courier: brings messages from the outbox to clients (Standard Webhooks), and runs the janitor.

A message is sent at least once: the attempt is counted before it is made, a dead courier's message is due again when
its time is over, and receivers recognise a repeated one by its `webhook-id`.
"""
