"""Results as they are read: who may see them, what a page says, drawn and in words.

Imports published rows and the frozen tree; never an answer.
Begin with `rules`, then `queries` and `views`.
"""
