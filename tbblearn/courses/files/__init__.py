"""Reads courses from folders and zips of files, without losing a word.

Imports courses.rules and libraries; nothing of the database or of pages.
Begin with `folders`: it reads a course and reports what is wrong in `findings`.
"""
