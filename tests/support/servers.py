"""Mirrors on the loopback interface, well-behaved and not, that stop by themselves."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LONGEST = 20  # seconds that a hanging answer lasts at most


class Handler(BaseHTTPRequestHandler):
    server: "Server"

    def do_GET(self):
        self.server.asked.append(self.path)
        self.server.answers.get(self.path, missing)(self)

    def head(self, status: int, length: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(length), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def wait(self, seconds: float = LONGEST) -> bool:
        """True if the server was stopped meanwhile."""
        self.server.waiting.set()
        return self.server.stopped.wait(seconds)

    def log_message(self, *words):
        pass


Answer = Callable[[Handler], None]


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answers: Mapping[str, Answer]):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = answers
        self.asked: list[str] = []
        self.waiting, self.stopped = threading.Event(), threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        """A client that hangs up is no error of the server."""


@contextlib.contextmanager
def serve(answers: Mapping[str, Answer]) -> Iterator[Server]:
    server = Server(answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()


def missing(handler: Handler) -> None:
    handler.head(404, 0)


def content(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(handler):
        handler.head(status, len(body), **headers)
        handler.wfile.write(body)

    return answer


def redirect(to: str) -> Answer:
    return lambda handler: handler.head(302, 0, Location=to)


def hang_up(body: bytes) -> Answer:
    """Promises more than it sends."""

    def answer(handler):
        handler.head(200, 2 * len(body))
        handler.wfile.write(body)

    return answer


def stall(body: bytes) -> Answer:
    """Promises more than it sends, and keeps the line."""

    def answer(handler):
        hang_up(body)(handler)
        handler.wait()

    return answer


def stay_silent(handler: Handler) -> None:
    handler.wait()


def drip(start: bytes) -> Answer:
    """Sends `start`, then a byte now and then, sooner than any read times out."""

    def answer(handler):
        handler.wfile.write(start)
        for _ in range(LONGEST * 20):
            if handler.wait(0.05):
                break
            handler.wfile.write(b"x")

    return answer


drip_header = drip(b"HTTP/1.1 200 OK\r\nX-Slow: ")
drip_body = drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
