"""The live page over HTTP: the same answers as the files, whom it lets in, and what happens while it is open."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from refreshed_demo import RefreshedDemo
from starlette.testclient import TestClient

from fleetledger.base.paths import published_path
from fleetledger.page.export import export
from fleetledger.page.feed import Follower, Hub, Receiver, transcript_event
from fleetledger.page.server import app
from fleetledger.sources.config import FleetConfig
from fleetledger.sources.fleets import Source

HERE = "http://127.0.0.1:8765"
TOKEN = "of-sixteen" * 2


@pytest.fixture(scope="module")
def client(refreshed: RefreshedDemo) -> Iterator[TestClient]:
    hub = Hub()
    with TestClient(app(published_path(refreshed.copy), hub, Receiver(None, hub)), base_url=HERE) as found:
        yield found


def test_an_answer_is_byte_for_byte_the_files(client: TestClient, refreshed: RefreshedDemo, tmp_path: Path) -> None:
    export(published_path(refreshed.copy), tmp_path / "page")
    files = sorted((tmp_path / "page/api").glob("*.json")) + sorted((tmp_path / "page/api/sessions").glob("*.json"))[:5]
    for file in files:
        address = file.relative_to(tmp_path / "page").as_posix()
        assert client.get(f"/{address}").content == file.read_bytes(), address


def test_an_answer_that_is_known_is_not_sent_again(client: TestClient) -> None:
    tag = client.get("/api/days.json").headers["etag"]
    assert client.get("/api/days.json", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/api/days.json?fleet=mu", headers={"If-None-Match": tag}).status_code == 200


def test_parameters_narrow_an_answer(client: TestClient) -> None:
    whole, narrowed = (client.get(f"/api/days.json{query}").json() for query in ("", "?fleet=mu&since=2026-10-01"))
    assert 0 < narrowed["count"] < whole["count"]
    found = client.get("/api/sessions.json?q=LEASE&most=3&dearest=0").json()
    assert 0 < found["count"] <= 3
    assert client.get("/api/sessions.json?q=lease&most=1&dearest=0").json()["count"] == 1


@pytest.mark.parametrize(
    "query", ["since=2026-02-30", "since=x", "most=-1", "most=9999999", "evil=1", "q=", "fleet=%00"]
)
def test_what_makes_no_sense_is_400_and_says_so(client: TestClient, query: str) -> None:
    answer = client.get(f"/api/days.json?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]


NAMES = st.sampled_from(["since", "until", "fleet", "project", "model", "kind", "q", "most", "dearest"]) | st.text()


@given(st.dictionaries(NAMES, st.text(), max_size=4), st.sampled_from(["days", "sessions", "hours", "rates", "tools"]))
def test_no_query_is_an_error_of_the_servers(client: TestClient, query: dict[str, str], name: str) -> None:
    assert client.get(f"/api/{name}.json", params=query).status_code in (200, 400)


@given(st.text(min_size=1))
def test_no_path_is_an_error_of_the_servers(client: TestClient, path: str) -> None:
    quoted = quote(path, safe="")
    for address in (f"/{quoted}", f"/api/{quoted}.json", f"/api/sessions/{quoted}.json"):
        assert client.get(address, follow_redirects=False).status_code < 500


def test_the_policy_stands_at_every_answer(client: TestClient) -> None:
    for address in ("/", "/app.js", "/style.css", "/api/build.json", "/nothing", "/api/days.json?since=x"):
        headers = client.get(address).headers
        assert "default-src 'none'" in headers["content-security-policy"], address
        assert "unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_another_name_that_leads_here_is_refused(client: TestClient) -> None:
    for host in ("evil.example", "evil.example:8765", "127.0.0.1.evil.example"):
        assert client.get("/api/build.json", headers={"Host": host}).status_code == 403


def test_a_token_is_asked_for_and_kept_as_a_cookie(refreshed: RefreshedDemo) -> None:
    hub = Hub()
    application = app(published_path(refreshed.copy), hub, Receiver(None, hub), token=TOKEN)
    with TestClient(application, base_url="http://fleet.example", follow_redirects=False) as client:
        assert client.get("/").status_code == 401
        assert client.get("/api/days.json").status_code == 401
        assert client.get("/?token=wrong").status_code == 401
        assert client.get("/api/days.json", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
        answer = client.get(f"/?token={TOKEN}")
        assert answer.status_code == 303
        assert "httponly" in answer.headers["set-cookie"].lower()
        assert "samesite=strict" in answer.headers["set-cookie"].lower()
        assert client.get("/").status_code == 200


def test_another_file_is_opened_anew(refreshed: RefreshedDemo, tmp_path: Path) -> None:
    ledger, other, hub = tmp_path / "fleetledger.duckdb", tmp_path / "other.duckdb", Hub()
    shutil.copy(published_path(refreshed.copy), ledger)
    shutil.copy(ledger, other)
    with duckdb.connect(str(other)) as connection:
        connection.execute("delete from page_sessions")
    with TestClient(app(ledger, hub, Receiver(None, hub)), base_url=HERE) as client:
        before = client.get("/api/sessions.json")
        other.replace(ledger)
        after = client.get("/api/sessions.json", headers={"If-None-Match": before.headers["etag"]})
    assert before.json()["count"] > 0
    assert after.json()["count"] == 0


def test_what_happens_reaches_every_follower_once_and_in_order() -> None:
    async def follow() -> None:
        hub = Hub()
        hub.begin()

        async def numbers(after: int) -> list[int]:
            found: list[int] = []
            async for text in hub.follow(after):
                found += [int(number) for number in re.findall(r"^id: (\d+)$", text, re.MULTILINE)]
                if found and found[-1] == 3_000:
                    return found
            return found

        followers = [asyncio.create_task(numbers(after)) for after in (0, 0, 1)]
        for number in range(3_000):
            hub.tell("line", {"number": number})
            if number % 500 == 0:
                await asyncio.sleep(0)
        found = await asyncio.gather(*followers)
        assert found[0] == found[1] == list(range(1, 3_001))
        assert await numbers(2_990) == list(range(2_991, 3_001))

    asyncio.run(follow())


def test_a_follower_reads_what_is_appended_and_nothing_twice(tmp_path: Path) -> None:
    place = tmp_path / "projects/p/s.jsonl"
    place.parent.mkdir(parents=True)
    place.write_bytes(line("s", "before it began"))
    source = Source("claude_code", "laptop", "default", None, tmp_path)
    told: list[str] = []
    follower = Follower(FleetConfig((source,)), lambda event: told.append(event["what"]))
    follower.read(place, source)
    whole = line("s", "one") + line("s", "two")
    for piece in (whole[:30], whole[30:]):
        with place.open("ab") as file:
            file.write(piece)
        follower.read(place, source)
    follower.read(place, source)
    assert told == ["one", "two"]
    place.write_bytes(line("s", "anew"))
    follower.read(place, source)
    assert told == ["one", "two", "anew"]


def line(session_id: str, text: str) -> bytes:
    message = {"role": "user", "content": text}
    return json.dumps({"type": "user", "sessionId": session_id, "message": message}).encode() + b"\n"


@given(
    st.binary() | st.text().map(str.encode) | st.from_type(dict).map(lambda one: json.dumps(one, default=str).encode())
)
def test_no_line_of_a_transcript_stops_the_feed(text: bytes) -> None:
    for fleet in ("claude_code", "mu"):
        event = transcript_event(text, fleet, with_text=True)
        assert event is None or json.dumps(event)


def test_without_texts_the_feed_shows_none() -> None:
    event = transcript_event(line("s", "my secret"), "claude_code", with_text=False)
    assert event is not None
    assert "secret" not in json.dumps(event)


def test_beyond_this_machine_it_listens_only_with_a_token(refreshed: RefreshedDemo) -> None:
    call = [sys.executable, "-m", "fleetledger", "page", "--serve", "--host", "::", "--port", "0"]
    done = subprocess.run([*call, "--data-dir", refreshed.copy], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "a token is needed" in done.stderr
    assert not (refreshed.copy / "telemetry").exists()
