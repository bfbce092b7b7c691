"""The built pages behind a local address, compressed as a public server would send them."""

import functools
import gzip
import http.server
import threading
from contextlib import contextmanager
from pathlib import Path

PACKED = {".html", ".css", ".js", ".svg", ".json", ".txt", ".ipynb"}


@functools.cache
def packed(path, changed):
    return gzip.compress(Path(path).read_bytes(), 6, mtime=0)


class Pages(http.server.SimpleHTTPRequestHandler):
    """Files with gzip, connections kept open; nothing is logged."""

    protocol_version = "HTTP/1.1"
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".woff2": "font/woff2",
        ".js": "text/javascript; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".css": "text/css; charset=utf-8",
    }

    def log_message(self, *args):
        pass

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        takes = "gzip" in self.headers.get("Accept-Encoding", "")
        if not (takes and path.suffix in PACKED and path.is_file()):
            return super().do_GET()
        body = packed(str(path), path.stat().st_mtime_ns)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serve(folder):
    """The address of a server that ends with the block."""
    handler = functools.partial(Pages, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        httpd.daemon_threads = True
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{httpd.server_port}"
        finally:
            httpd.shutdown()
