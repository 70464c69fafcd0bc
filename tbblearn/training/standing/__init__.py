"""Where people stand: enrolments in SQL, counts by unit, statuses in words.

Imports the models and rules of training; every other room of training may import it.
Begin with `facts`, which packs what `rules.status` needs into one integer.
"""
