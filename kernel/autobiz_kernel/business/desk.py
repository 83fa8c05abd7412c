"""Where the checks of one configuration meet: the file, the registry, and what was found wrong so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from autobiz_kernel.contract import ToolContract
from autobiz_kernel.expressions import Shape

from .complaint import CompileCode, Complaint
from .file import BusinessFile
from .reading import Read, Way

Where = tuple[str, str, str]


@dataclass(slots=True, kw_only=True)
class Desk:
    """All that a check may look at, and where it complains."""

    file: BusinessFile
    read: Read
    contracts: Mapping[Where, ToolContract]
    complaints: list[Complaint] = field(default_factory=list)
    outputs: dict[str, Shape] = field(default_factory=dict)

    def complain(self, code: CompileCode, way: Way, words: str) -> None:
        where = ".".join(str(part) for part in way) or "the file"
        self.complaints.append(Complaint(line=self.read.line_of(way), code=code, where=where, words=words))

    def contract_of(self, reference: str) -> ToolContract | None:
        """Return the contract of `tool.operation@version`, if this business uses it and it is registered."""
        if all(use.tool != reference for use in self.file.tools):
            return None
        return self.contracts.get(parts_of(reference))


def parts_of(reference: str) -> Where:
    """Take `tool.operation@version` apart."""
    operation, _, version = reference.partition("@")
    tool, _, name = operation.partition(".")
    return tool, name, version
