"""Where the built site is, and what its pages may not do."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SITE = Path(os.environ.get("SITE", ROOT / "build" / "site"))


class Watch:
    """What went wrong in a page, and which addresses outside this computer it asked for."""

    def __init__(self, context, url):
        self.complaints, self.outside = [], []
        context.on("request", lambda request: self._asked(request.url, url))
        context.on("weberror", lambda error: self.complaints.append(f"page error: {error.error}"))
        context.on("console", self._said)

    def _asked(self, address, url):
        if address.startswith(("http", "ws")) and not address.startswith((url, url.replace("http", "ws"))):
            self.outside.append(address)

    def _said(self, message):
        address = message.location.get("url", "")
        if message.type == "error" and not address.endswith("/favicon.ico"):  # that of the host, not of the site
            self.complaints.append(f"{message.text} ({address})")
