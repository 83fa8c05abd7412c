"""Shell completion: the scripts, what they complete, and that a key press stays cheap."""

import subprocess
import sys
from pathlib import Path

import pytest

from autobiz_oracles import expect

from ..inner_pytest import ending_of
from ..small_project import SmallProject, small_project

GATES = """[gate.design]
kind = "approval"
approvals = "approvals"
keys = "ann.pub"

[gate.lint]
kind = "command"
command = ["true"]
"""
STAGES = """[[tool.autobiz.stage]]
name = "fast"
[[tool.autobiz.stage]]
name = "slow"
[tool.autobiz.slice.demo]
fast = ["test_small.py"]
"""
HEAVY = {"scipy", "numpy", "pytest", "_pytest", "pydantic", "rich", "cryptography", "autobiz_kernel"}
SHOW = """
import sys
from autobiz_harness.cli import main
try:
    main([], prog_name="gate")
finally:
    print("modules", *{name.partition(".")[0] for name in sys.modules})
"""


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    """A project with two gates, two stages and a slice."""
    return small_project(tmp_path, gate_file=GATES, tool=STAGES)


def asked(words: str) -> dict[str, str]:
    return {"_GATE_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}


def completed(project: SmallProject, words: str) -> list[str]:
    """What the shell is offered for the last word, by a program that ends well."""
    program = [sys.executable, "-c", "from autobiz_harness.cli import main; main(prog_name='gate')"]
    done = subprocess.run(
        program, cwd=project.root, env=asked(words), capture_output=True, text=True, check=False
    )
    expect.program(ending_of(done)).ended(0).never_said("Traceback", "rror")
    return [line.partition(",")[2] for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("gate ev", ["evidence", "evaluate"]),
        ("gate approve ", ["design"]),
        ("gate approve li", []),
        ("gate run ", ["fast", "slow"]),
        ("gate run sl", ["slow"]),
        ("gate run --slice ", ["demo"]),
        ("gate run --res", ["--resume"]),
        ("gate completion ", ["bash", "zsh", "fish"]),
    ],
)
def test_commands_options_gates_stages_and_slices_are_offered(
    project: SmallProject, words: str, offered: list[str]
) -> None:
    """Each word is completed with what the project and the command line know."""
    expect.value(completed(project, words)).equals(offered)


@pytest.mark.negative
def test_after_a_command_that_is_none_there_is_no_error(project: SmallProject) -> None:
    """A key press after a misspelt command offers the commands again, and no traceback."""
    expect.value(completed(project, "gate nonsense ")).contains("evidence")


@pytest.mark.negative
@pytest.mark.parametrize("text", ["", "[gate", "gate = 3", "gate = [1]\n", "[gate]\na = 3\n"])
def test_a_broken_file_offers_nothing_and_says_nothing(project: SmallProject, text: str) -> None:
    """Completing is no place for complaints: a file that cannot be read has no names."""
    project.write("gate.toml", text)
    project.write("pyproject.toml", text.replace("gate", "tool"))

    expect.value(completed(project, "gate approve ")).equals([])
    expect.value(completed(project, "gate run ")).equals([])


@pytest.mark.parametrize("words", ["gate ", "gate evaluate --", "gate approve ", "gate run ", "gate plan --"])
def test_a_key_press_imports_nothing_heavy(project: SmallProject, words: str) -> None:
    """Completing loads neither numbers' libraries, pytest, pydantic, rich nor cryptography."""
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=project.root,
        env=asked(words),
        capture_output=True,
        text=True,
        check=True,
    )

    loaded = done.stdout.rpartition("modules ")[2].split()
    expect.complaints(sorted(HEAVY.intersection(loaded)), about=loaded).none()


def test_bash_completes_with_the_script(project: SmallProject) -> None:
    """The script, evaluated in a shell, offers the commands that begin like the word."""
    gate = Path(sys.executable).with_name("gate")
    line = (
        f'eval "$({gate} completion bash)"; COMP_WORDS=({gate} evi); COMP_CWORD=1; '
        f'_gate_completion {gate}; echo "${{COMPREPLY[@]}}"'
    )

    done = subprocess.run(
        ["bash", "--norc", "-c", line], cwd=project.root, capture_output=True, text=True, check=True
    )

    expect.value(done.stdout.strip()).equals("evidence")


@pytest.mark.parametrize(
    ("shell", "first"), [("bash", "_gate_completion()"), ("zsh", "#compdef gate"), ("fish", "function")]
)
def test_every_script_says_how_to_install_it(project: SmallProject, shell: str, first: str) -> None:
    """The script begins as its shell wants it and ends with where to put it."""
    lines = project.gate("completion", shell).out.strip().splitlines()

    expect.value(lines[0][: len(first)]).equals(first)
    expect.value(lines[-1]).contains(f"gate completion {shell}")
    expect.value(lines[-1]).matches("^# ")


@pytest.mark.negative
def test_another_shell_is_refused(project: SmallProject) -> None:
    """What is not completed is told with what is."""
    answer = project.gate("completion", "tcsh")

    expect.program(answer).ended(2).said("'bash', 'zsh', 'fish'", on="err")
