"""Serve a built site on this computer alone, as a web host does: right types, compressed, cached. `make serve`.

python site/serve.py build/site --port 8000
"""

import argparse
import functools
import gzip
import hashlib
import http.server
import threading
from pathlib import Path
from urllib.parse import unquote, urlsplit

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".ipynb": "application/json",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
COMPRESSED_ALREADY = {".png", ".whl", ".zip", ".woff2", ".npz", ".pdf"}


@functools.cache
def content(path, changed):
    """What is sent of a file: bytes, whether they are compressed, and a mark of them."""
    plain = path.read_bytes()
    small = plain if path.suffix in COMPRESSED_ALREADY else gzip.compress(plain, 6)
    return small, small is not plain, hashlib.sha256(plain).hexdigest()[:16]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = self.server.file_of(self.path)
        if path is None:
            self.send_error(404)
            return
        body, compressed, mark = content(path, path.stat().st_mtime_ns)
        fresh = self.headers.get("If-None-Match") == f'"{mark}"'
        self.send_response(304 if fresh else 200)
        self.send_header("ETag", f'"{mark}"')
        self.send_header("Cache-Control", "max-age=600")
        if not fresh:
            self.send_header("Content-Type", TYPES.get(path.suffix, "application/octet-stream"))
            if compressed:
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.server.sent.append((self.path, len(body)))
        self.end_headers()
        if not fresh and self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


class SiteServer(http.server.ThreadingHTTPServer):
    """`with SiteServer(folder) as server: server.url`. sent: path and bytes of each answer."""

    daemon_threads = True

    def __init__(self, folder, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.folder, self.sent = Path(folder).resolve(), []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"

    def file_of(self, address):
        """The file that an address asks for, or None."""
        path = (self.folder / unquote(urlsplit(address).path).lstrip("/")).resolve()
        path = path / "index.html" if path.is_dir() else path
        return path if path.is_file() and path.is_relative_to(self.folder) else None

    def handle_error(self, request, client_address):
        """A reader who leaves in the middle of an answer is none."""

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exception):
        self.shutdown()
        self.server_close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("--port", type=int, default=8000, help="0: any that is free (default 8000)")
    options = parser.parse_args()
    if not (options.site / "index.html").exists():
        raise SystemExit(f"There is no site in {options.site}: make site")
    server = SiteServer(options.site, options.port)
    print(f"The site is at {server.url} for this computer alone; Ctrl-C ends it.", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
