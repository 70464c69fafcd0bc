"""What is published of a wave: absorption, coarse sizes, scores and statistics; pure.

Imports readiness.rules, and the audit for `fall_back`; nothing of the database.
Begin with `publish`.
"""
