"""Letters that come in: answers of focal points, delivery reports, and what no person has written.

Nothing is guessed: a command that is not understood for certain, and every letter whose sender is not known, waits for a person.
"""
