"""Setting up from nothing: what is there is left alone, what is missing is mended or named."""

import ast
import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

# A person's machine in miniature: the script's own folders replaced, its steps untouched.
SCRIPT = """
import importlib.util, sys
from pathlib import Path
spec = importlib.util.spec_from_file_location("bootstrap", "tracker/bootstrap.py")
bootstrap = importlib.util.module_from_spec(spec)
spec.loader.exec_module(bootstrap)
bootstrap.VENV = Path(sys.argv[1]) / ".venv"
bootstrap.VENV_PYTHON = bootstrap.VENV / "bin" / "python"
bootstrap.ROOT = Path(sys.argv[1])
bootstrap.LOCK = bootstrap.ROOT / "requirements.txt"
{change}
bootstrap.{step}
"""


def bootstrap(
    root: Path, folder: Path, step: str, change: str = "", **options
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-c", SCRIPT.format(step=step, change=change), str(folder)]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, **options)


def test_an_old_python_can_read_it_and_is_told_that_it_is_too_old(root, tmp_path):
    ast.parse((root / "tracker" / "bootstrap.py").read_text(), feature_version=(3, 7))
    done = bootstrap(root, tmp_path, "main([])", change="bootstrap.OLDEST_PYTHON = (9, 99)")
    assert done.returncode == 1
    assert "Python 9.99 or newer is needed" in done.stderr
    assert "make run PYTHON=" in done.stderr


def test_it_needs_nothing_but_the_standard_library(root):
    tree = ast.parse((root / "tracker" / "bootstrap.py").read_text())
    imported = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    imported |= {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user, which only root can")
def test_a_missing_library_that_may_not_be_installed_is_named_with_its_command(root):
    # As text, and with the machine's own Python: a stranger may not look into root's folders.
    source = (root / "tracker" / "bootstrap.py").read_text()
    script = f"""
names = {{"__name__": "bootstrap", "__file__": "/dev/null"}}
exec({source!r}, names)
names["LIBRARIES"]["libnothere.so.9"] = "libnothere9"
names["main"]([])
"""
    command = ["/usr/bin/python3", "-I", "-c", script]
    nobody = pwd.getpwnam("nobody").pw_uid
    done = subprocess.run(
        command, cwd="/", capture_output=True, text=True, check=False, user=nobody, extra_groups=[]
    )
    assert done.returncode == 1
    assert "Missing on this machine: libnothere9." in done.stderr
    assert "    sudo apt-get install --yes --no-install-recommends libnothere9" in done.stderr


def test_the_libraries_it_asks_for_are_those_that_draw_a_pdf(root, tmp_path):
    done = bootstrap(root, tmp_path, "install_packages(bootstrap.missing_libraries())")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.processes
def test_an_environment_without_pip_is_mended_and_one_without_python_made_anew(root, tmp_path):
    venv = tmp_path / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    (venv / "kept").touch()
    done = bootstrap(root, tmp_path, "make_venv()")
    assert "adding it" in done.stdout
    assert (venv / "kept").exists()
    pip = subprocess.run(
        [venv / "bin" / "python", "-m", "pip", "--version"], capture_output=True, check=False
    )
    assert pip.returncode == 0

    (venv / "bin" / "python").unlink()
    done = bootstrap(root, tmp_path, "make_venv()")
    assert "Creating the virtual environment" in done.stdout
    assert not (venv / "kept").exists()
    assert bootstrap(root, tmp_path, "make_venv()").stdout == ""


@pytest.mark.processes
def test_the_lock_is_installed_once_and_again_when_it_changes(root, tmp_path):
    bootstrap(root, tmp_path, "make_venv()")
    lock = tmp_path / "requirements.txt"
    lock.write_text("# nothing\n")
    assert "Installing the libraries" in bootstrap(root, tmp_path, "install_requirements(False)").stdout
    assert bootstrap(root, tmp_path, "install_requirements(False)").stdout == ""
    lock.write_text("# nothing else\n")
    assert "Installing the libraries" in bootstrap(root, tmp_path, "install_requirements(False)").stdout


@pytest.mark.processes
def test_a_library_without_its_hash_is_refused(root, tmp_path):
    bootstrap(root, tmp_path, "make_venv()")
    (tmp_path / "requirements.txt").write_text("six==1.16.0\n")
    done = bootstrap(root, tmp_path, "install_requirements(False)")
    assert done.returncode == 1
    assert "pip could not install the libraries" in done.stderr
    assert not (tmp_path / ".venv" / "requirements.txt.installed").exists()


def test_translations_are_compiled_when_they_changed(root, tmp_path):
    source = tmp_path / "locale" / "hi" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
    source.write_text(f'{header}msgid "Milestone"\nmsgstr "मील का पत्थर"\n')
    assert bootstrap(root, tmp_path, "compile_messages()").returncode == 0
    compiled = source.with_suffix(".mo")
    assert "मील का पत्थर".encode() in compiled.read_bytes()
    os.utime(compiled, ns=(source.stat().st_mtime_ns, source.stat().st_mtime_ns))
    before = compiled.stat().st_ino, compiled.stat().st_mtime_ns
    bootstrap(root, tmp_path, "compile_messages()")
    assert (compiled.stat().st_ino, compiled.stat().st_mtime_ns) == before

    source.write_text(f'{header}msgid "%(n)s of"\nmsgstr\n')
    os.utime(source, (2_000_000_000, 2_000_000_000))
    done = bootstrap(root, tmp_path, "compile_messages()")
    assert done.returncode == 1
    assert "The translation locale/hi/LC_MESSAGES/django.po has an error" in done.stderr
