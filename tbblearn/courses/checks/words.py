"""The sentences of the check in the language of the page.

The check speaks English, to the command line. `translations/*/LC_MESSAGES/checks.po` has the words of each of its
templates (see `findings.phrase`), with the same names in them.
"""

from flask_babel import Domain

from tbblearn.courses.files.findings import Finding, Phrase

_sentences = Domain(domain="checks")


def finding_words(finding: Finding) -> str:
    """What is wrong on a line and how to mend it, in the page's language."""
    return _translated(finding.message)


def _translated(sentence: str) -> str:
    """A sentence in the page's language; unchanged where it has no translation."""
    if not isinstance(sentence, Phrase):
        return _sentences.gettext(sentence)
    values = {name: _translated(one) if isinstance(one, Phrase) else one for name, one in sentence.values.items()}
    return _sentences.gettext(sentence.template).format(**values)
