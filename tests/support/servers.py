"""A web server that answers by a script."""

import gzip
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np

CONTENT = np.random.default_rng(0).bytes(300_000)


PACKED = gzip.compress(CONTENT, mtime=0)


class Server(HTTPServer):
    """Answers each request by the next step of a script and keeps the Range headers it saw."""

    def __init__(self, *script):
        super().__init__(("127.0.0.1", 0), Handler)
        self.script, self.ranges = list(script), []
        self.url = f"http://127.0.0.1:{self.server_port}/"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        step = self.server.script.pop(0)
        asked = self.headers.get("Range")
        self.server.ranges.append(asked)
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked else 0
        if isinstance(step, int):  # an error status
            self.send_error(step)
            return
        if callable(step):  # anything else
            step(self)
            return
        body, cut, honours_range = step
        start = start if honours_range else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        self.wfile.write(body[start:cut])  # fewer bytes than announced: the connection breaks

    def log_message(self, *args):
        pass
