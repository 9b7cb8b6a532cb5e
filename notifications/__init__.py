"""Letters: who is told what and when, the words, the links in them, and how they leave.

`reminders.queue` decides and writes into the outbox; `outbox.deliver` sends what waits. Both may run twice, late, or on two
machines at once: unique keys and claims carry that promise.
"""
