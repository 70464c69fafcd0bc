"""The manager's pages: a unit's figures, lists of persons, decisions about one person.

Imports record, requirements and standing; knows nothing of answers or attempts.
Begin with `views` and `decision_views`; each page and file has its `<what>_queries`.
"""
