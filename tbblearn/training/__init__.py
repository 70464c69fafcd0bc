"""Requirements, enrolments, attempts and completions: who must take what by when (design.md 2)."""
