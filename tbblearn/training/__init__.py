"""Requirements, enrolments, attempts and completions: who must take what by when (docs/rules/training.md)."""
