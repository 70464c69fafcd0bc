"""Where people stand: enrolments as SQL, counts by unit, and statuses in words.

Imports training.models and rules; every other room of training may import it.
Begin with `facts`: one number holds what `rules.status` asks for.
"""
