"""The one error of the demo: something that it needs could not be had, or did not last."""

from __future__ import annotations

from whose.errors import WhoseError


class DemoFailed(WhoseError):  # noqa: N818 - it says what happened, like ExitFailed or BrokenPipe
    """Raised when the demo cannot go on; says what failed and how to mend it."""

    def __init__(self, message: str, *, mend: str, log: str = "") -> None:
        """Keep the message, the mend and the end of the log that tells more, where there is one."""
        self.mend = mend
        self.log = log
        quoted = "".join(f"\n  | {line}" for line in log.splitlines())
        super().__init__(f"{message}{quoted}\nTo mend it: {mend}")
