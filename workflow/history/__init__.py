"""Proving the history: that its chain is whole, that the states are what it tells, and the commands that ask."""
