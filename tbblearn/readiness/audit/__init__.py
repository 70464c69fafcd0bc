"""Whether anybody's answer can be worked out from what is published; shares no code with figures.

Imports readiness.rules and given_units alone; numpy and scipy start here and nowhere else.
Begin with `check`.
"""
