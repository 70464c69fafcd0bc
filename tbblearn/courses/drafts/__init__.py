"""An editor's uploads: kept for a day, checked, compared with what is published.

Imports the rest of courses; its pages are shared only with `training`'s.
Begin with `views`, then `queries`.
"""
