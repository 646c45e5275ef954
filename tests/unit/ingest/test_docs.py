from pathlib import Path

from maracuja.ingest.refusals import SENTENCES, Code

DOCS = Path(__file__).parents[3] / "docs" / "ingest.md"


def test_every_code_has_a_sentence_and_stands_in_the_docs() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert set(SENTENCES) == set(Code)
    assert not [code for code in Code if f"`{code.value}`" not in text]
