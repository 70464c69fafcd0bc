"""Courses as folders and zips of files, read without losing a word.

Imports courses.rules and libraries; nothing of the database or of pages.
Begin with `folders`: it reads a course and leaves what is wrong in `findings`.
"""
