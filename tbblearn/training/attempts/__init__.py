"""Quiz attempts: which questions are drawn, how answers are marked, what carries over to a new version.

Imports requirements and record.
Begin with `marking`, the pure rule.
"""
