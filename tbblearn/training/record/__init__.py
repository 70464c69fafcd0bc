"""One person's tasks and history, for the person and for those who may see it.

Imports requirements and standing.
Begin with `tasks`, then `queries`.
"""
