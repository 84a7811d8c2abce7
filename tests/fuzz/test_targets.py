"""Each target for a moment: the corpus, the corpus changed, and anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from gchat.net.tls import Certificate, self_signed
from tests.fuzz.targets import Target, targets

CORPUS = Path(__file__).with_name("corpus")
NAMES = sorted(path.name for path in CORPUS.iterdir())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return self_signed(tmp_path_factory.mktemp("tls"), "fuzz.example")


def seeds(name: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]


def test_every_target_has_a_corpus(certificate: Certificate) -> None:
    assert sorted(targets(certificate)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_target(certificate: Certificate, name: str) -> None:
    target: Target = targets(certificate)[name]
    found = seeds(name)
    for one in found:
        target(one)
        for cut in range(0, len(one), max(1, len(one) // 20)):
            target(one[:cut])

    @settings(max_examples=150, deadline=None)
    @given(
        st.binary(max_size=300)
        | st.tuples(
            st.sampled_from(found), st.integers(0, 500), st.binary(max_size=9), st.integers(0, 9)
        )
    )
    def anything(data: bytes | tuple[bytes, int, bytes, int]) -> None:
        if isinstance(data, tuple):
            seed, at, put, over = data
            data = seed[:at] + put + seed[at + over :]
        note(f"for the corpus: {data!r}")
        target(data)

    anything()
