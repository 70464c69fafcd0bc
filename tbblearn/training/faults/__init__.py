"""What learners say is wrong with a question, and what editors do about it.

Imports attempts and learning.
Begin with `rules`, then `actions`.
"""
