"""An editor's uploads: kept for a day, checked, compared with what is published.

Imports the rest of courses; `training` adds its publishing pages to the blueprint here.
Begin with `views`, then `queries`.
"""
