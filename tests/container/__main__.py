"""Runs each instruction of deploy/Dockerfile, and then the container, in a Debian of its own:
`python -m tests.container`, as root, with debootstrap. Takes some minutes, and packages from Debian
and PyPI.

What stands in for what: a Debian (RELEASE, whose Python is that of the image) for the image that
`FROM` names; chroot and a network of its own, with only a loopback, for the container. So it is not
shown that the image of `FROM` can be had, nor its size, nor that a builder reads the file as this
does; those need Docker or Podman, which `docker build` of the first line of the file tries.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.container import cluster
from tests.container.dockerfile import Instruction, context, instructions
from tests.container.stage import LONELY, PATH, Stage, chroot, within

ROOT = Path(__file__).parent.parent.parent
FILE = ROOT / "deploy" / "Dockerfile"
IMAGE, RELEASE = "python:3.13-slim", "trixie"
PACKAGES = "python3,python3-venv,ca-certificates"
# what this machine needs to reach PyPI is lent to the root, where it is there
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
LENT = ("/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf", "/etc/xdg/pip", CERTIFICATES)
LENT_VARIABLES = ("PIP_", "SSL_CERT", "REQUESTS_CA", "HTTP_PROXY", "HTTPS_PROXY")
CHAT = """
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 9) as sock:
    sock.sendall(b"Tuan\\nHello!\\n")
    lines = sock.makefile("rb")
    while lines.readline() != b"Tuan: Hello!\\n":
        pass
"""
RUN_SECONDS, START_SECONDS, STOP_SECONDS = 600.0, 30.0, 20.0


def main() -> int:
    """Builds and runs; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.container", description=__doc__)
    parser.add_argument("--base", type=Path, help="the Debian, kept there for the next time")
    arguments = parser.parse_args()
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        print("Run it as root, where debootstrap is installed.", file=sys.stderr)
        return 4
    with tempfile.TemporaryDirectory(prefix="gchat-container-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        base = debian(arguments.base or folder / "base")
        stage = build(folder, base)
        try_container(stage)
        cluster.try_nodes(stage)
        own, venv = size(base), size(stage.root / "opt")
        print(f"size: {venv:.0f} MB of gchat on the image of FROM ({IMAGE})")
        print(f"      ({own:.0f} MB is the Debian that stands in for it here, Python included)")
    return 0


def debian(base: Path) -> Path:
    """A Debian that stands in for the image of `FROM`."""
    if (base / "usr/local/bin/python").is_symlink():
        return base
    command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", RELEASE, str(base)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"debootstrap: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    version = IMAGE.removeprefix("python:").removesuffix("-slim")
    assert (base / f"usr/bin/python{version}").exists(), f"{RELEASE} has another Python"
    (base / "usr/local/bin/python").symlink_to(f"/usr/bin/python{version}")
    shutil.rmtree(base / "var/cache/apt", ignore_errors=True)
    shutil.rmtree(base / "var/lib/apt/lists", ignore_errors=True)
    return base


def build(folder: Path, base: Path) -> Stage:
    """Carries out all instructions; the last stage."""
    stages: dict[str, Stage] = {}
    stage: Stage | None = None
    for one in instructions(FILE.read_text("utf-8")):
        print("·", one.name, *(f"--{key}={value}" for key, value in one.flags.items()), one.rest)
        if one.name == "FROM":
            image, *rest = one.rest.split()
            assert image == IMAGE, f"{image} is not what RELEASE stands in for"
            stage = Stage(folder / f"stage{len(stages)}")
            subprocess.run(["cp", "-a", str(base), str(stage.root)], check=True)
            stages[rest[1] if rest else str(len(stages))] = stage
        else:
            assert stage is not None, "nothing comes before FROM"
            carry_out(one, stage, stages)
            stage.said[one.name] = one
    assert stage is not None
    return stage


def carry_out(one: Instruction, stage: Stage, stages: Mapping[str, Stage]) -> None:
    """One instruction. Those that only say something about the image are tried when it runs."""
    match one.name:
        case "WORKDIR":
            stage.folder = str(Path(stage.folder) / one.rest)
            stage.host(".").mkdir(parents=True, exist_ok=True)
        case "COPY" if "from" in one.flags:
            source, target = one.words()
            whence = stages[one.flags["from"]].host(source)
            shutil.copytree(whence, stage.host(target), symlinks=True)
        case "COPY":
            assert one.words() == [".", "."]
            for path in context(ROOT, (FILE.parent / f"{FILE.name}.dockerignore").read_text()):
                copy = stage.host(str(path.relative_to(ROOT)))
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, copy)
        case "RUN":
            run(stage, one.rest)
        case "USER":
            stage.user = one.rest
        case "ARG" | "ENV":
            stage.set(one)
        case "VOLUME":
            assert stage.host(one.rest).is_dir(), "the volume takes its owner from the image"
        case "EXPOSE" | "STOPSIGNAL" | "HEALTHCHECK" | "ENTRYPOINT":
            pass
        case _:
            sys.exit(f"{one.name} is not known here: teach tests/container what it does")


def run(stage: Stage, command_line: str) -> None:
    """As the builder's shell."""
    lend(stage.root)
    lent = {k: v for k, v in os.environ.items() if k.upper().startswith(LENT_VARIABLES)}
    words = [*chroot(stage), "/bin/sh", "-c", f"cd {stage.folder} && {command_line}"]
    own = stage.arguments | stage.environment
    environment = {"PATH": PATH, "HOME": "/root"} | lent | own
    subprocess.run(words, env=environment, check=True, timeout=RUN_SECONDS)


def lend(root: Path) -> None:
    """What this machine needs to reach PyPI."""
    for name in LENT:
        target = root / name.lstrip("/")
        if Path(name).is_dir():
            shutil.copytree(name, target, dirs_exist_ok=True)
        elif Path(name).exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            shutil.copy(name, target)


def try_container(stage: Stage) -> None:
    """Starts it as the image says, asks after its health, chats, and stops it."""
    said, environment = stage.said, {"PATH": PATH} | stage.environment
    port, volume = said["EXPOSE"].rest, said["VOLUME"].rest
    entry = [*chroot(stage), *said["ENTRYPOINT"].words()]
    with subprocess.Popen(
        [*LONELY, *entry], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first == f"Server started on 0.0.0.0:{port}\n", first
        uid = Path(f"/proc/{process.pid}").stat().st_uid
        assert uid == 10001, f"it runs as {uid}"
        inside = within(process.pid)
        health = said["HEALTHCHECK"]
        assert health.rest.startswith("CMD "), health.rest
        check = Instruction("CMD", {}, health.rest.removeprefix("CMD ")).words()
        for _ in range(2):
            command = [*inside, *chroot(stage), *check]
            subprocess.run(command, env=environment, check=True, timeout=START_SECONDS)
        chat = [*inside, sys.executable, "-c", CHAT, port]
        subprocess.run(chat, check=True, timeout=START_SECONDS)
        process.send_signal({"SIGTERM": 15, "SIGINT": 2}[said["STOPSIGNAL"].rest])
        status = process.wait(STOP_SECONDS)
        assert status == 0, f"it ends with {status}"
    command = [*LONELY, *chroot(stage), *check]
    sick = subprocess.run(command, env=environment, check=False, capture_output=True)
    assert sick.returncode, "it is said to be healthy when it does not run"
    data = stage.host(volume)
    found = {file.name: file.stat() for file in data.iterdir()}
    assert data.stat().st_mode & 0o777 == 0o700
    assert {one.st_uid for one in found.values()} == {10001}, found
    assert b"Hello!" in (data / "journal.sqlite").read_bytes()
    print(f"it runs as uid {uid}, is healthy, keeps {', '.join(sorted(found))}, and stops")


def size(folder: Path) -> float:
    """Megabytes on disk."""
    done = subprocess.run(["du", "-sxm", str(folder)], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[0])


if __name__ == "__main__":
    sys.exit(main())
