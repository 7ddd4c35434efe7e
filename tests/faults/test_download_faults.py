import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.core.errors import DataError, NetworkError
from pipeline.download.dataset import collect
from pipeline.download.mirrors import Mirror, fetch
from pipeline.download.transfer import REDIRECTS
from tests.support import servers
from tests.support.datasets import allow, disguise, list_sources, make_files, pack
from tests.support.servers import content, redirect, serve

ROOT = Path(__file__).parents[2]
MADE_UP = make_files()
SOURCES = list_sources(MADE_UP)
IMAGES = SOURCES[0]
BODY = MADE_UP[IMAGES.name]
PACKED = pack(BODY)
HINT = "; DATASET_MIRROR, a URL or a folder, is tried before the listed mirrors"
PAGE = content(b"\n<!DOCTYPE html><title>Please log in</title>")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def good(tmp_path) -> Mirror:
    for name, body in MADE_UP.items():
        (tmp_path / f"{name}.gz").write_bytes(pack(body))
    return Mirror(str(tmp_path))


@contextlib.contextmanager
def bad(answer: servers.Answer) -> Iterator[Mirror]:
    with serve({f"/{name}.gz": answer for name in MADE_UP} | {"/login": PAGE}) as server:
        yield Mirror(server.url)


def refuse_then_deliver(bad_mirror: Mirror, good_mirror: Mirror, **limits: float) -> str:
    """What is told of the bad mirror, before the good one delivers the right bytes."""
    told: list[str] = []
    assert fetch(IMAGES, [bad_mirror, good_mirror], allow(**limits), told.append) == BODY
    refusal, delivery = told
    assert refusal.startswith(f"{IMAGES.name}: {bad_mirror.address}: ")
    assert f" kB from {good_mirror.address}/" in delivery
    assert refusal.endswith(HINT)
    return refusal.removeprefix(f"{IMAGES.name}: {bad_mirror.address}: ").removesuffix(HINT)


def damage(offset: int) -> bytes:
    return PACKED[:offset] + bytes([PACKED[offset] ^ 0x40]) + PACKED[offset + 1 :]


WRONG_BYTES = {
    "nothing": (b"", "not a gzip file, and SHA-256 e3b0c442"),
    "cut in the magic number": (PACKED[:1], "not a gzip file"),
    "cut after the magic number": (PACKED[:2], "cut short after 2 bytes"),
    "cut in the header": (PACKED[:9], "cut short after 9 bytes"),
    "cut after the header": (PACKED[:10], "cut short after 10 bytes"),
    "cut in the middle": (PACKED[: len(PACKED) // 2], "cut short"),
    "cut before the checksum": (PACKED[:-8], "cut short"),
    "cut in the checksum": (PACKED[:-1], "cut short"),
    "damaged payload": (damage(len(PACKED) // 2), "damaged gzip file"),
    "no block after the header": (PACKED[:10] + b"\xff" * 99, "damaged gzip file (Error -3"),
    "damaged checksum": (damage(len(PACKED) - 6), "damaged gzip file (CRC check failed"),
    "another file of the same length": (pack(bytes([BODY[0], *BODY[:0:-1]])), f"instead of {IMAGES.md5}"),
    "the labels": (pack(MADE_UP[SOURCES[1].name]), f"instead of {IMAGES.md5}"),
    "a web page": (b"<html>busy</html>", "a web page instead of the file"),
    "text": (b"busy", f"instead of {IMAGES.sha256}"),
}


@pytest.mark.parametrize(("body", "told"), WRONG_BYTES.values(), ids=WRONG_BYTES)
def test_wrong_bytes_are_refused_and_the_next_mirror_asked(good, body, told):
    with bad(content(body)) as mirror:
        assert told in refuse_then_deliver(mirror, good)
        with pytest.raises(DataError, match=r"^http://127"):
            fetch(IMAGES, [mirror], allow(), print)


def test_no_part_of_a_packed_file_is_taken_for_the_whole(tmp_path):
    for length in range(0, len(PACKED), 7):
        (tmp_path / f"{IMAGES.name}.gz").write_bytes(PACKED[:length])
        with pytest.raises(DataError):
            fetch(IMAGES, [Mirror(str(tmp_path))], allow(), print)


ERRORS = {
    "403": (content(b"no", status=403), NetworkError, "403 Forbidden"),
    "404": (servers.missing, NetworkError, "404 Not Found"),
    "500": (content(PACKED, status=500), NetworkError, "500 Internal Server Error"),
    "206": (content(PACKED, status=206), NetworkError, "206 Partial Content"),
    "redirect loop": (redirect(f"/{IMAGES.name}.gz"), NetworkError, f"more than {REDIRECTS} redirects"),
    "redirect to a file": (redirect("file:///etc/passwd"), NetworkError, "protocol"),
    "captive portal": (redirect("/login"), DataError, "a web page instead of the file, perhaps a login"),
    "hangs up": (servers.hang_up(PACKED[:99]), NetworkError, "without sending complete message body"),
}


@pytest.mark.parametrize(("answer", "kind", "told"), ERRORS.values(), ids=ERRORS)
def test_a_refusal_is_told_and_the_next_mirror_asked(good, answer, kind, told):
    with bad(answer) as mirror:
        refusal = refuse_then_deliver(mirror, good)
        assert told in refusal
        assert "404" not in refusal.replace(told, "")
        with pytest.raises(kind, match=told):
            fetch(IMAGES, [mirror], allow(), print)


@pytest.mark.parametrize("answer", [servers.stay_silent, servers.stall(PACKED[:99])], ids=["nothing", "half"])
def test_a_mirror_that_falls_silent_is_left_at_the_read_timeout(good, answer):
    with bad(answer) as mirror:
        assert refuse_then_deliver(mirror, good, read_timeout=0.2) == "no byte for 0.2 s"


@pytest.mark.parametrize("answer", [servers.drip_header, servers.drip_body], ids=["header", "body"])
def test_a_mirror_that_drips_is_left_at_the_total_timeout(good, answer):
    with bad(answer) as mirror:
        assert refuse_then_deliver(mirror, good, read_timeout=0.4, total_timeout=1) == "not finished after 1 s"


def test_a_silent_mirror_is_asked_once_a_file(good):
    with serve({f"/{IMAGES.name}.gz": servers.stay_silent}) as server:
        refuse_then_deliver(Mirror(server.url, ("", "other/")), good, read_timeout=0.2)
        assert server.asked == [f"/{IMAGES.name}.gz"]


def test_the_first_silent_mirror_names_the_variable_before_the_next_is_asked(good):
    told: list[tuple[str, list[str]]] = []
    silent = {f"/{IMAGES.name}.gz": servers.stay_silent}
    with serve(silent) as first, serve(silent) as second:
        mirrors = [Mirror(first.url), Mirror(second.url), good]
        fetch(IMAGES, mirrors, allow(read_timeout=0.2), lambda line: told.append((line, list(second.asked))))
    (line, asked), (other, _), _ = told
    assert line == f"{IMAGES.name}: {first.url}: no byte for 0.2 s{HINT}"
    assert asked == []
    assert other == f"{IMAGES.name}: {second.url}: no byte for 0.2 s"


def test_a_closed_port_is_told_and_the_next_mirror_asked(good):
    with serve({}) as server:
        closed = Mirror(server.url)
    assert "connection attempts failed" in refuse_then_deliver(closed, good)


ADDRESSES = {
    "ftp://mirror": "ftp:// is not supported",
    "http://:1": "protocol",
    "http://127.0.0.1:port": "Invalid port",
    "http://127.0.0.1:99999": "port",
    "file://folder": "three slashes",
    "/nowhere/at/all": "no such file",
    "file:///nowhere": "no such file",
    "": "no such file",
}


@pytest.mark.parametrize(("address", "told"), ADDRESSES.items())
def test_an_address_that_leads_nowhere_is_told_and_the_next_mirror_asked(good, address, told):
    assert told in refuse_then_deliver(Mirror(address), good)


def test_a_folder_under_the_files_name_is_no_file(tmp_path, good):
    (tmp_path / "odd" / f"{IMAGES.name}.gz").mkdir(parents=True)
    assert refuse_then_deliver(Mirror(str(tmp_path / "odd")), good) == "no such file"


@pytest.mark.parametrize(
    ("variable", "value"),
    [("HTTP_PROXY", "nonsense://x"), ("HTTP_PROXY", "socks5://127.0.0.1:9"), ("SSL_CERT_FILE", "/nowhere")],
)
def test_a_wrong_proxy_or_certificate_is_a_reason_too(monkeypatch, good, variable, value):
    monkeypatch.setenv(variable, value)
    with bad(content(PACKED)) as mirror:
        assert refuse_then_deliver(mirror, good)


def test_a_gzip_bomb_is_not_unpacked(monkeypatch, good):
    monkeypatch.setattr("pipeline.download.verify.LARGEST", len(BODY))
    with bad(content(pack(bytes(len(BODY) + 1)))) as mirror:
        assert f"unpacks to more than {len(BODY)} bytes" in refuse_then_deliver(mirror, good)


@pytest.mark.parametrize("kind", ["http", "folder"])
def test_a_file_beyond_the_limit_is_not_taken(monkeypatch, tmp_path, kind):
    monkeypatch.setattr("pipeline.download.transfer.LARGEST", len(PACKED) - 1)
    (tmp_path / f"{IMAGES.name}.gz").write_bytes(PACKED)
    with bad(content(PACKED)) as mirror, pytest.raises(DataError, match=f"more than {len(PACKED) - 1} bytes"):
        fetch(IMAGES, [mirror if kind == "http" else Mirror(str(tmp_path))], allow(), print)


def test_every_mirror_is_listed_with_its_reason_and_wrong_bytes_outweigh_silence():
    with bad(content(b"busy", status=403)) as forbidden, bad(PAGE) as portal:
        with pytest.raises(DataError) as failure:
            collect("made-up", SOURCES, [forbidden, portal, Mirror("/nowhere")], allow(), print)
        text = str(failure.value)
        reasons = [f"{forbidden.address}: 403 Forbidden", f"{portal.address}: a web page", "/nowhere: no such file"]
        assert sorted(map(text.index, reasons)) == [text.index(reason) for reason in reasons]
        assert text.startswith(f"made-up: no mirror has {IMAGES.name}: ")
        assert "\n" not in text


def test_offline_the_error_names_the_variable_the_files_and_their_checksums():
    with pytest.raises(NetworkError, match="set DATASET_MIRROR to a URL or a folder with ") as failure:
        collect("made-up", SOURCES, [], allow(), print)
    for source in SOURCES:
        assert f"{source.name}.gz (MD5 {source.md5}, unpacked SHA-256 {source.sha256})" in str(failure.value)


def test_a_folder_is_enough_where_no_socket_can_be_made(monkeypatch, good):
    def forbid(*words, **more):
        raise AssertionError("a socket was asked for")

    monkeypatch.setattr(socket, "socket", forbid)
    assert collect("made-up", SOURCES, [good], allow(), print) == MADE_UP


@pytest.fixture
def project(tmp_path) -> Path:
    """A project in which KMNIST is a small made-up data set, and no mirror is listed."""
    disguise(tmp_path, SOURCES)
    given = (ROOT / "params.yaml").read_text(encoding="utf-8").splitlines()
    changed = ["dataset: kmnist" if line.startswith("dataset:") else line for line in given]
    changed = ["    kmnist: []" if line.startswith("    kmnist: [") else line for line in changed]
    (tmp_path / "params.yaml").write_text("\n".join(changed), encoding="utf-8")
    return tmp_path


def start(project: Path, mirror: str, **changes: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "stages.download"],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1", "DATASET_MIRROR": mirror} | changes,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, list[str]]:
    _, told = process.communicate(timeout=60)
    return process.returncode, told.splitlines()


def written(project: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (project / "data").rglob("*") if path.is_file()}


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)])
def test_a_killed_download_leaves_no_file_and_the_next_one_gets_the_same_bytes(project, good, sent, code):
    first, second, *_ = SOURCES
    answers = {
        f"/{first.name}.gz": content(pack(MADE_UP[first.name])),
        f"/{second.name}.gz": servers.stall(pack(MADE_UP[second.name])[:9]),
    }
    with serve(answers) as server:
        process = start(project, server.url)
        assert server.waiting.wait(60)
        process.send_signal(sent)
        ended, told = finish(process)
    assert ended == code
    assert told[0].startswith(f"{first.name}: 1 kB from http://")
    assert told[1:] == ([] if code < 0 else ["download: interrupted; run the same command again to continue"])
    assert written(project) == {}

    code, told = finish(start(project, good.address))
    assert (code, len(told)) == (0, 4)
    assert written(project) == MADE_UP


def test_a_relative_folder_starts_from_the_users_folder_wherever_dvc_runs_the_stage(project, good, tmp_path):
    code, told = finish(start(project, tmp_path.name, DVC_ROOT=str(tmp_path.parent)))
    assert (code, len(told)) == (0, 4)
    assert written(project) == MADE_UP


def test_a_failed_download_is_one_line_and_an_exit_code(project):
    code, told = finish(start(project, ""))
    assert (code, len(told)) == (NetworkError.exit_code, 1)
    assert told[0].startswith(f"download: kmnist: no mirror has {IMAGES.name}: no mirror is known; set DATASET_MIRROR")
    assert all(f"{source.name}.gz (MD5 {source.md5})" in told[0] for source in SOURCES)
    assert written(project) == {}


def test_wrong_bytes_everywhere_end_with_the_exit_code_of_bad_data(project):
    with bad(PAGE) as mirror:
        code, told = finish(start(project, mirror.address))
    assert code == DataError.exit_code
    assert "a web page instead of the file" in told[-1]
    assert written(project) == {}
