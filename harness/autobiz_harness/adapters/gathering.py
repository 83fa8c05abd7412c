"""What every reader of evidence raises."""


class EvidenceError(ValueError):
    """What was read is not what it should be; judging a part of it would call the rest fine."""

    def __init__(self, where: str, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{where}: {problem}" for problem in problems))
