"""Watches what nobody looks at in a browser test: console, content policy, server errors, the server's log."""

import re
from pathlib import Path

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response

# Chromium reports each answer of 4xx as an error; a refusal is an answer like another.
REFUSAL = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
# A page that is left, or connects anew, while its socket was still opening.
LEFT = re.compile(r"WebSocket is closed before the connection is established")
SERVER_ERROR = 500
# What breaks the content policy is nobody's to forgive: it would be a hole, or a page that does not work.
POLICY = re.compile(r"content security policy|content-security-policy|^content policy:|\[report only\]", re.IGNORECASE)
# Runs before any script of the page, also in what is only reported.
TELL_OF_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) => console.error(
  `content policy: ${event.effectiveDirective} of ${event.documentURI} (${event.disposition}):`,
  event.blockedURI, event.sample,
), true);
"""


class Guard:
    """Collects complaints. ``forgive`` takes patterns of those that a test provokes on purpose."""

    def __init__(self, log: Path) -> None:
        self.complaints: list[str] = []
        self._log = log
        self._log_start = log.stat().st_size
        self._forgiven: list[re.Pattern[str]] = [REFUSAL, LEFT]

    def forgive(self, *patterns: str) -> None:
        self._forgiven += map(re.compile, patterns)

    def watch(self, context: BrowserContext) -> None:
        """Listen to every page of this browser."""
        context.add_init_script(TELL_OF_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        context.on("response", self._response)
        context.on("page", self._page)

    def check(self) -> None:
        """Fail with every complaint that nobody forgave."""
        with self._log.open(errors="replace") as log:
            log.seek(self._log_start)
            said = log.read()
        if "Traceback" in said or " ERROR " in said:
            self.complaints.append(f"server: {said[-4000:]}")
        left = [text for text in self.complaints if not self._is_forgiven(text)]
        assert not left, "\n".join(left)

    def _is_forgiven(self, text: str) -> bool:
        return not POLICY.search(text.removeprefix("console: ")) and any(known.search(text) for known in self._forgiven)

    def _page(self, page: Page) -> None:
        page.on("crash", lambda _: self.complaints.append(f"{page.url} crashed"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= SERVER_ERROR:
            self.complaints.append(f"{response.status} for {response.request.method} {response.url}")
