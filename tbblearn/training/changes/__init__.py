"""What a new version of a course does to people: who is marked again, completes, or is asked to read.

Imports attempts and requirements.
Begin with `effects`; `publishing` carries it out.
"""
