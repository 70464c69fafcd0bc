"""An editor's uploads: kept for a while, checked, compared with what is published.

Imports the rest of courses; nothing else in the house imports its pages.
Begin with `views`, then `queries`.
"""
