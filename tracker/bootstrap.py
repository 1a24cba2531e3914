"""Prepares this folder for running: `python3 tracker/bootstrap.py`, or with `--dev` for tests and checks too.

Standard library only, and readable by old Pythons: it runs before anything is installed, to say what is missing.
Every step first looks whether there is anything to do, so a second run takes a moment and changes nothing.
"""

import ctypes
import fcntl
import hashlib
import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.txt"
DEV_LOCK = ROOT / "requirements-dev.txt"

# What WeasyPrint loads to draw a PDF, and the Debian package that brings it.
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz.so.0": "libharfbuzz0b",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
    "libfontconfig.so.1": "libfontconfig1",
}
# What the tests start: any of these paths or programs, and the Debian package that brings it.
DEV_PROGRAMS = {
    "/usr/lib/postgresql/*/bin/initdb": "postgresql",
    "redis-server": "redis-server",
    "chromium": "chromium",
    "pdftotext": "poppler-utils",
    "msgfmt": "gettext",
    "git": "git",
    "/usr/sbin/nginx": "nginx-light",
}


def main(arguments):
    """Do every step in order; a step that cannot be done says which command would, and ends with status 1."""
    dev = "--dev" in arguments
    check_python()
    with Path(__file__).open("rb") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)  # two `make` at once: the second waits and then finds all done
        install_packages(missing_libraries() + (missing_programs() if dev else []))
        make_venv()
        install_requirements(dev)
        compile_messages()


def check_python():
    if sys.version_info < OLDEST_PYTHON:
        stop(
            "Python {}.{} or newer is needed; {} is {}.".format(
                *OLDEST_PYTHON, sys.executable, sys.version.split()[0]
            ),
            "Name a newer one, for example: make run PYTHON=python3.12",
        )


# --- system packages ---------------------------------------------------------------------------


def missing_libraries():
    """Return the Debian packages of the libraries that cannot be loaded."""
    return [package for library, package in LIBRARIES.items() if not loads(library)]


def loads(library):
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_programs():
    """Return the Debian packages of the programs that the tests need and do not find."""
    return [package for program, package in DEV_PROGRAMS.items() if not installed(program)]


def installed(program):
    if "/" in program:
        return any(Path("/").glob(program[1:]))
    return shutil.which(program) is not None


def install_packages(packages):
    """Install Debian packages if this user may; otherwise stop and name the command that does."""
    if not packages:
        return
    apt = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    prefix = administrator()
    if prefix is None or shutil.which("apt-get") is None:
        stop(
            "Missing on this machine: " + ", ".join(packages) + ".",
            "Install them (the names are Debian's) and run this again:",
            "    sudo " + " ".join(apt),
        )
    say("Installing with apt: " + ", ".join(packages))
    run([*prefix, "apt-get", "update", "--quiet=2"])  # a failure here shows in the next line
    if run([*prefix, "env", "DEBIAN_FRONTEND=noninteractive", *apt, "--quiet=2"]) != 0:
        stop("apt could not install them (its reasons stand above).", "    sudo " + " ".join(apt))
    still = [package for package in missing_libraries() + missing_programs() if package in packages]
    if still:
        stop("Installed, and still not found: " + ", ".join(still) + ".")


def administrator():
    """Return the words that make a command root's without asking for a password, or None."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and run(["sudo", "-n", "true"], quiet=True) == 0:
        return ["sudo", "-n"]
    return None


# --- the virtual environment -------------------------------------------------------------------


def make_venv():
    """Leave a virtual environment with a working Python and pip, made anew only where it cannot be mended."""
    if works(["-c", "import sys; sys.exit(sys.version_info < {!r})".format(OLDEST_PYTHON)]):
        if works(["-m", "pip", "--version"]):
            return
        say("The virtual environment has no pip: adding it")
        if works(["-m", "ensurepip", "--default-pip"]):
            return
    if importlib.util.find_spec("ensurepip") is None:
        # Debian keeps ensurepip in a package of its own, named for the version.
        install_packages(["python{}.{}-venv".format(*sys.version_info[:2])])
        importlib.invalidate_caches()
        if importlib.util.find_spec("ensurepip") is None:
            stop("{} has no ensurepip, so it cannot make virtual environments.".format(sys.executable))
    say("Creating the virtual environment .venv with Python " + sys.version.split()[0])
    if run([sys.executable, "-m", "venv", "--clear", str(VENV)]) != 0:
        stop("The virtual environment could not be created (the reasons stand above).")


def works(arguments):
    return VENV_PYTHON.exists() and run([str(VENV_PYTHON), *arguments], quiet=True) == 0


def install_requirements(dev):
    """Install the locked libraries when the lock differs from what was installed last."""
    lock = DEV_LOCK if dev else LOCK
    if stamp(lock).exists() and stamp(lock).read_text() == digest(lock):
        return
    say("Installing the libraries of {} (this takes a minute or two the first time)".format(lock.name))
    pip = [str(VENV_PYTHON), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    if run([*pip, "--require-hashes", "--requirement", str(lock)]) != 0:
        stop("pip could not install the libraries (its reasons stand above). Is a package index reachable?")
    for done in [LOCK, DEV_LOCK] if dev else [LOCK]:  # the developer's lock holds the other one
        stamp(done).write_text(digest(done))


def stamp(lock):
    """Return the file that remembers which state of a lock is installed; it goes when the environment goes."""
    return VENV / (lock.name + ".installed")


def digest(lock):
    return hashlib.sha256(lock.read_bytes()).hexdigest()


# --- translations ------------------------------------------------------------------------------


def compile_messages():
    """Compile the translations that are newer than their compiled form, when gettext is there."""
    for source in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        if shutil.which("msgfmt") is None:
            say("Without gettext's msgfmt the pages stay English: apt-get install gettext")
            return
        if run(["msgfmt", "--check-format", "-o", str(compiled), str(source)]) != 0:
            stop("The translation {} has an error.".format(source.relative_to(ROOT)))


# --- words and commands ------------------------------------------------------------------------


def run(command, *, quiet=False):
    """Run a command and return its status; its words go to the terminal unless nobody needs them."""
    words = subprocess.DEVNULL if quiet else None
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=words, stderr=words, check=False)
        return done.returncode
    except OSError as error:
        if not quiet:
            print(error, file=sys.stderr)
        return 127


def say(line):
    print("setup: " + line, flush=True)


def stop(*lines):
    print("\n".join(("setup: stopped.", *lines)), file=sys.stderr, flush=True)
    sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
