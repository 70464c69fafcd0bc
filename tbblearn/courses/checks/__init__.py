"""Checks courses once they are read: references, languages, wording, balance.

Imports courses.files, kinds and rules; nothing of the database or of pages.
Begin with `checking`; `words` translates its messages.
"""
