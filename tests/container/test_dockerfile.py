"""The Dockerfile, as far as it can be read without running it: `python -m tests.container` does."""

from __future__ import annotations

from pathlib import Path

from tests.container.dockerfile import context, instructions

ROOT = Path(__file__).parent.parent.parent
FILE = ROOT / "deploy" / "Dockerfile"


def test_it_is_read_as_a_builder_does() -> None:
    text = '# about\nFROM a:1 AS b\nRUN one && \\\n    two\nCOPY --from=b /x /y\nCMD ["a", "b c"]\n'
    assert [(one.name, one.flags, one.words()) for one in instructions(text)] == [
        ("FROM", {}, ["a:1", "AS", "b"]),
        ("RUN", {}, ["one", "&&", "two"]),
        ("COPY", {"from": "b"}, ["/x", "/y"]),
        ("CMD", {}, ["a", "b c"]),
    ]


def test_the_context_has_what_is_built_and_nothing_else() -> None:
    ignored = (FILE.parent / "Dockerfile.dockerignore").read_text("utf-8")
    found = {str(path.relative_to(ROOT)) for path in context(ROOT, ignored)}
    assert {"pyproject.toml", "README.md", "LICENSE", "gchat/server.py"} <= found
    tops = {name.partition("/")[0] for name in found}
    assert tops == {"LICENSE", "README.md", "client_gui", "gchat", "loadtest", "pyproject.toml"}
    assert not any("__pycache__" in name for name in found)


def test_it_can_be_a_node() -> None:
    build = {one.name: one for one in instructions(FILE.read_text("utf-8"))}
    assert build["ARG"].words() == ["EXTRAS=pictures,cluster"]


def test_it_runs_as_somebody_who_is_not_root() -> None:
    last = {one.name: one for one in instructions(FILE.read_text("utf-8"))}
    assert last["USER"].rest == "gchat"
    assert "install -d -o gchat -m 700 /data" in last["RUN"].rest
    assert last["VOLUME"].rest == "/data"
    assert last["ENTRYPOINT"].words()[0] == "/opt/gchat/bin/python"
