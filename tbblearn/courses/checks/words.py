"""The sentences of the check in the language of the page.

The check speaks English, to the command line. `translations/*/LC_MESSAGES/checks.po` has the words of each of its
templates (see `findings.said`), with the same names in them.
"""

from flask_babel import Domain

from tbblearn.courses.files.findings import Finding, Said

_sentences = Domain(domain="checks")


def finding_words(finding: Finding) -> str:
    """What is wrong on a line and how to mend it, as a page says it."""
    return _translated(finding.message)


def _translated(sentence: str) -> str:
    """A sentence in the page's language; as it is, where there are no words for it."""
    if not isinstance(sentence, Said):
        return _sentences.gettext(sentence)
    values = {name: _translated(one) if isinstance(one, Said) else one for name, one in sentence.values.items()}
    return _sentences.gettext(sentence.template).format(**values)
