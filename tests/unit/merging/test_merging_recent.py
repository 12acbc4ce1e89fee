"""What was parsed is kept by the digest of its bytes, so that it cannot be stale."""

from __future__ import annotations

from services.normalizer.recent import Recent, digest_of


def test_the_least_recently_used_goes_first() -> None:
    recent: Recent[str] = Recent(2)
    recent.put("a", "A")
    recent.put("b", "B")
    assert recent.get("a") == "A"
    recent.put("c", "C")
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == ("A", None, "C")


def test_texts_that_run_into_one_another_have_digests_of_their_own() -> None:
    assert digest_of(("ab", "c")) != digest_of(("a", "bc"))
    assert digest_of(("ab", "c")) == digest_of(("ab", "c"))
