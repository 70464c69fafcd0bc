"""The learner's pages: my courses, a part, the quiz, the result, certificate and history.

Imports attempts, changes and record; knows nothing of managers.
Begin with `views`, `quiz_views` and `certificate_views`; what they write is in `actions`.
"""
