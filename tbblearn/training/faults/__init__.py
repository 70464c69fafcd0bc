"""Learners' reports that a question is wrong, and what editors do about them.

Imports attempts and learning.
Begin with `rules`, then `actions`.
"""
