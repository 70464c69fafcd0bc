"""What is wrong with a course that could be read: references, languages, wording, balance.

Imports courses.files, kinds and rules; nothing of the database or of pages.
Begin with `checking`; what it says in both languages is in `words`.
"""
