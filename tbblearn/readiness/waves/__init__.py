"""The life of a wave: planned, adopted, opened, closed, checked, published, wiped; and the leader's pages.

Imports figures, results and surveys.
Begin with `steps`, then `actions` and `views`.
"""
