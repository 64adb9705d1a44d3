"""A page of a real browser that is watched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, FloatRect, Locator, Page


@dataclass
class Window:
    """A page, and what it asked for and complained of."""

    page: Page
    context: BrowserContext
    asked: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    where: str = ""  # put before each trouble

    def watch(self) -> None:
        """Write down each address, each failing script, each dialog and each breach of the policy."""
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.trouble.append(f"{self.where}{error}"))
        self.page.on("dialog", self._dismiss)
        self.page.on("console", self._note)

    def _note(self, message: ConsoleMessage) -> None:
        """A breach of the policy under which the pages are served; what the tests evaluate is none of the page's."""
        if "Content Security Policy" in message.text and not message.text.startswith("Evaluating a string"):
            self.trouble.append(f"{self.where}{message.text}")

    def _dismiss(self, dialog: Dialog) -> None:
        self.trouble.append(f"{self.where}{dialog.message}")
        dialog.dismiss()


def box_of(element: Locator) -> FloatRect:
    """Where an element is in the window; it has to be there."""
    box = element.bounding_box()
    assert box is not None
    return box
