"""What must hold of the binaries that are deployed: their size, their architecture, and that Amazon
Linux 2023 can run them.

    python infra/release/check.py [--architecture arm64|x86_64] [--any-size] [BUILD-FOLDER]

The folder is what `sam build` made, by default `.aws-sam/build`. `--architecture` is that of the stack's
parameter `Architecture`: Lambda takes a binary of another, and fails at the first call. `--any-size` is
for a quick build, whose size says nothing. Exits with 1 if anything does not hold.
"""

import argparse
import pathlib
import re
import struct
import sys
import zlib

MEBIBYTE = 1024 * 1024
# A larger package is slower to fetch and to map at every cold start. This holds binaries to what the
# largest has, with a tenth to grow; ARCHITECTURE.md says why.
MOST_BYTES = 10 * MEBIBYTE
MOST_ZIPPED_BYTES = 5 * MEBIBYTE
# Amazon Linux 2023, on which `provided.al2023` runs.
NEWEST_GLIBC = (2, 34)
MACHINES = {62: "x86_64", 183: "arm64"}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--architecture", choices=sorted(MACHINES.values()))
    arguments.add_argument("--any-size", action="store_true")
    arguments.add_argument("folder", nargs="?", default=".aws-sam/build", type=pathlib.Path)
    arguments = arguments.parse_args()
    binaries = {}
    for path in sorted(arguments.folder.glob("*/bootstrap")):
        # One binary is deployed as several functions.
        binaries.setdefault(path.read_bytes(), []).append(path.parent.name)
    if not binaries:
        sys.exit(f"there is no binary in {arguments.folder}; `sam build` makes them")
    problems = []
    print(f"{'functions':<64} {'MiB':>6} {'zipped':>6}  architecture  glibc")
    for binary, functions in sorted(binaries.items(), key=lambda item: item[1]):
        names = ", ".join(functions)
        zipped = len(zlib.compress(binary, 6))
        machine = MACHINES.get(struct.unpack_from("<H", binary, 18)[0], "unknown")
        glibc = newest_glibc(binary)
        print(
            f"{names[:64]:<64} {len(binary) / MEBIBYTE:>6.2f} {zipped / MEBIBYTE:>6.2f}"
            f"  {machine:<12}  {'.'.join(map(str, glibc))}"
        )
        if binary[:4] != b"\x7fELF" or machine == "unknown":
            problems.append(f"{names}: this is no binary of an architecture that Lambda has")
        elif arguments.architecture and machine != arguments.architecture:
            problems.append(f"{names}: this is for {machine}, and {arguments.architecture} is deployed")
        if glibc > NEWEST_GLIBC:
            problems.append(f"{names}: wants glibc {glibc}, and Amazon Linux 2023 has {NEWEST_GLIBC}")
        if not arguments.any_size and len(binary) > MOST_BYTES:
            problems.append(f"{names}: {len(binary)} bytes are more than {MOST_BYTES}")
        if not arguments.any_size and zipped > MOST_ZIPPED_BYTES:
            problems.append(f"{names}: {zipped} bytes zipped are more than {MOST_ZIPPED_BYTES}")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def newest_glibc(binary):
    """The newest version of glibc that the binary's symbols are bound to; they are named as text."""
    versions = re.findall(rb"\0GLIBC_(\d+)\.(\d+)(?:\.\d+)?(?=\0)", binary)
    return max((tuple(map(int, version)) for version in versions), default=(0, 0))


if __name__ == "__main__":
    sys.exit(main())
