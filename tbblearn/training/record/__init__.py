"""One person's tasks and history, for that person and those who may see them.

Imports requirements and standing.
Begin with `tasks`, then `queries`.
"""
