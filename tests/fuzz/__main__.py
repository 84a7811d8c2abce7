"""For as long as one likes: `python -m tests.fuzz connection --seconds 3600`. Needs atheris
(`pip install '.[fuzz]'`). What is found is left as a file, which is then given instead of a time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from gchat.net.tls import self_signed
from tests.fuzz.targets import targets

CORPUS = Path(__file__).with_name("corpus")
MOST_BYTES = 16_384


def main() -> None:
    """Fuzzes one target, beginning with the corpus, which grows in a folder of its own."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    with tempfile.TemporaryDirectory() as folder:
        found = targets(self_signed(Path(folder), "fuzz.example"))
    parser.add_argument("target", choices=found)
    parser.add_argument("--seconds", type=int, default=60, help="default: 60")
    parser.add_argument("--grown", type=Path, help="keep what was learned here, for the next time")
    parser.add_argument("--input", type=Path, help="try this file only")
    arguments = parser.parse_args()
    target = found[arguments.target]
    if arguments.input:
        target(arguments.input.read_bytes())
        return
    import atheris  # noqa: PLC0415 - not needed to try a file

    atheris.instrument_all()
    grown = arguments.grown or Path(tempfile.mkdtemp(prefix=f"fuzz-{arguments.target}-"))
    grown.mkdir(parents=True, exist_ok=True)
    flags = [f"-max_total_time={arguments.seconds}", f"-max_len={MOST_BYTES}", "-timeout=10"]
    seeds = CORPUS / arguments.target
    atheris.Setup([sys.argv[0], *flags, str(grown), str(seeds)], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
