"""What `gate run` does in a project: `[tool.autobiz]` in its pyproject.toml, or sensible defaults."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from autobiz_gates import GateFileError, lines_of_keys, near, read_toml
from autobiz_harness.guards import GUARD_KEYS
from autobiz_harness.marks import SUITES

SERVICES = ("postgres", "valkey", "wiremock")
_STATISTICAL = ("golden",)


class ConfigError(Exception):
    """[tool.autobiz] is not usable. `problems` says every reason, each with its line."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Stage(_Strict):
    """One pytest invocation per run, with its own limit."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    paths: list[str] = Field(default=[], description="what pytest is given; empty means its own testpaths")
    runs: int = Field(default=1, ge=1, le=1000)
    workers: int | Literal["auto"] = Field(default=0, description="xdist workers; 0 runs in one process")
    limit_s: float = Field(default=600.0, gt=0, description="the stage is ended when one run takes longer")
    batch: int | None = Field(
        default=None,
        ge=1,
        description="all runs of so many cases, then of the next; for mode anytime",
    )
    order: Literal["file", "random"] = "file"
    pytest_args: list[str] = []


# The plugin reads these keys without pydantic; here they are only told apart from misspelt ones.
_GUARD_FIELDS: dict[str, Any] = {
    key: (bool, False) if key == "credentials" else (list[str] | None, None) for key in GUARD_KEYS
}
_Guard = create_model("_Guard", __base__=_Strict, **_GUARD_FIELDS)


class _Table(_Strict):
    gate_file: str | None = None
    oracles_required: list[str] = []
    criteria: str | None = None
    stack: list[Literal["postgres", "valkey", "wiremock"]] = []
    guard: _Guard = _Guard()  # type: ignore[valid-type]  # made from the list of keys
    stage: list[Stage] = []
    slice: dict[str, dict[str, list[str]]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """The stages in order, the services they need, and where the gates are."""

    root: Path
    gate_file: Path | None
    stages: tuple[Stage, ...]
    criteria: str | None = None
    stack: tuple[str, ...] = ()
    slices: dict[str, dict[str, list[str]]] = field(default_factory=dict)


def read_config(root: Path) -> RunConfig:
    """Read the project's configuration; without one, run what its `suites/` or its tests offer."""
    path = root / "pyproject.toml"
    text, table = _table_of(path)
    try:
        read = _Table.model_validate(table)
    except ValidationError as error:
        raise ConfigError(_explain(path, text, error)) from None
    stages = tuple(read.stage) or _default_stages(root)
    problems = [*_double_names(path, stages), *_unknown_slices(path, read, stages)]
    if problems:
        raise ConfigError(tuple(problems))
    try:
        gate_file = _gate_file(root, read.gate_file)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError((f"{path.name}: its gate file cannot be looked for: {error}",)) from None
    return RunConfig(
        root=root,
        gate_file=gate_file,
        stages=stages,
        criteria=read.criteria,
        stack=tuple(dict.fromkeys(read.stack)),
        slices=read.slice,
    )


def sliced(config: RunConfig, name: str) -> tuple[Stage, ...]:
    """The stages with the paths that a slice names; a stage it does not name runs whole."""
    if name not in config.slices:
        known = ", ".join(sorted(config.slices)) or "none is defined"
        raise ConfigError(
            (f"--slice {name}: no [tool.autobiz.slice.{name}] in pyproject.toml. Known: {known}.",)
        )
    chosen = config.slices[name]
    return tuple(
        stage.model_copy(update={"paths": chosen[stage.name]}) if stage.name in chosen else stage
        for stage in config.stages
    )


def _table_of(path: Path) -> tuple[str, dict[str, Any]]:
    if not path.exists():
        return "", {}
    try:
        file = read_toml(path, such_as=path.name)
    except GateFileError as error:
        problems = (problem._replace(path=path.name) for problem in error.problems)
        raise ConfigError(tuple(map(str, problems))) from None
    table: Any = file.table
    for name in ("tool", "autobiz"):
        table = table.get(name, {})
        if not isinstance(table, dict):
            line = lines_of_keys(file.text).get(("tool", "autobiz")[: 1 + (name == "autobiz")], 1)
            raise ConfigError((f"{path.name}:{line}: {name} must be a table, [tool.autobiz]",))
    return file.text, {key: value for key, value in table.items() if key != "gate"}


def _gate_file(root: Path, named: str | None) -> Path | None:
    candidates = [named] if named else ["gates/gate.toml", "gate.toml", "pyproject.toml"]
    for candidate in candidates:
        path = root / candidate
        if candidate == "pyproject.toml" and not (
            path.exists() and "[tool.autobiz.gate" in path.read_text("utf-8")
        ):
            continue
        if path.exists() or named:
            return path
    return None


def _default_stages(root: Path) -> tuple[Stage, ...]:
    found = [name for name in SUITES if name != "soak" and (root / "suites" / name).is_dir()]
    if not found:
        return (Stage(name="tests", runs=3),)
    return tuple(
        Stage(
            name=name,
            paths=[f"suites/{name}"],
            runs=3 if name in _STATISTICAL else 1,
            order="random" if name in _STATISTICAL else "file",
        )
        for name in found
    )


def _double_names(path: Path, stages: tuple[Stage, ...]) -> list[str]:
    names = [stage.name for stage in stages]
    return [
        f"{path.name}: [[tool.autobiz.stage]]: two stages are named {name!r}; give each its own name"
        for name in sorted({name for name in names if names.count(name) > 1})
    ]


def _unknown_slices(path: Path, table: _Table, stages: tuple[Stage, ...]) -> list[str]:
    names = [stage.name for stage in stages]
    return [
        f"{path.name}: [tool.autobiz.slice.{name}]: there is no stage {stage!r}.{near(stage, names)}"
        for name, chosen in table.slice.items()
        for stage in chosen
        if stage not in names
    ]


def _explain(path: Path, text: str, error: ValidationError) -> tuple[str, ...]:
    lines = lines_of_keys(text)
    said = []
    for item in error.errors():
        at = ("tool", "autobiz", *item["loc"])
        line = next((lines[at[:end]] for end in range(len(at), 0, -1) if at[:end] in lines), 1)
        where = ".".join(str(step) for step in at)
        words = item["msg"]
        if item["type"] == "extra_forbidden":
            tables: dict[str, type[BaseModel]] = {"stage": Stage, "guard": _Guard}
            model = tables.get(str(item["loc"][0]), _Table)
            words = f"unknown key.{near(str(item['loc'][-1]), model.model_fields)}"
        said.append(f"{path.name}:{line}: {where}: {words}")
    return tuple(said)
