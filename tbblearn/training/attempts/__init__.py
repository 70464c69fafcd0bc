"""Quiz attempts: which questions are drawn, how answers are marked, what carries over to a new version.

Imports requirements and record.
Begin with `drawing` and `marking`, the pure rules.
"""
