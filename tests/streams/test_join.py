"""Who may join which stream when: a matrix of people, streams and hours."""

from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventops.db import db
from eventops.registration.models import Registration
from eventops.streams.join import Open
from eventops.streams.models import Stream
from tests.apps import changing
from tests.cast import CANARY, PROVIDER, START, Conference, add_conference
from tests.streams.visits import at, everything, moment, row_counts, stream_id, token_of, waiting_url

HOURS = ["start-60:00", "start-15:01", "start-15:00", "start", "end", "end+29:59", "end+30:00"]
MATRIX = """
    who             stream    -60:00  -15:01  -15:00  start  end  +29:59  +30:00
    online          public       409     409     303    303  303     303     409
    online          closed       403     403     403    403  403     403     403
    online          missing      403     403     403    403  403     403     403
    invited_online  public       409     409     303    303  303     303     409
    invited_online  closed       409     409     303    303  303     303     409
    invited_online  missing      403     403     403    403  403     403     403
    onsite          public       403     403     403    403  403     403     403
    onsite          closed       403     403     403    403  403     403     403
    onsite          missing      403     403     403    403  403     403     403
    invited_onsite  public       403     403     403    403  403     403     403
    invited_onsite  closed       403     403     403    403  403     403     403
    invited_onsite  missing      403     403     403    403  403     403     403
    cancelled       public       403     403     403    403  403     403     403
    cancelled       closed       403     403     403    403  403     403     403
    cancelled       missing      403     403     403    403  403     403     403
    pending         public       403     403     403    403  403     403     403
    pending         closed       403     403     403    403  403     403     403
    pending         missing      403     403     403    403  403     403     403
"""
PEOPLE = ["online", "invited online", "onsite", "invited onsite", "cancelled", "pending"]
ROWS = [line.split() for line in MATRIX.strip().splitlines()[1:]]
ADDRESS = PROVIDER.removeprefix("https://").partition("/")[0]


@pytest.fixture
def cast(app: Flask) -> Conference:
    with changing(app):
        return add_conference()


def expected(who: str) -> list[tuple[str, str, int]]:
    """(stream, hour, status of a join) for every cell of the person's rows."""
    rows = [row for row in ROWS if row[0] == who.replace(" ", "_")]
    return [(row[1], hour, int(status)) for row in rows for hour, status in zip(HOURS, row[2:], strict=True)]


@pytest.mark.parametrize("who", PEOPLE)
def test_join_follows_the_matrix(app: Flask, client: FlaskClient, cast: Conference, who: str) -> None:
    """Who is not entitled gets 403 at any hour; who is, 409 before and after, and the provider's address between.

    That address is in no other answer, neither in its text nor in its headers, and asking changes no row.
    """
    rows = row_counts(app)
    for stream, hour, status in expected(who):
        address = waiting_url(app, cast, who, stream)
        with at(moment(stream, hour)):
            joined, waited = client.post(f"{address}/join"), client.get(address)
        assert (stream, hour, joined.status_code) == (stream, hour, status)
        assert (stream, hour, waited.status_code) == (stream, hour, 403 if status == 403 else 200)
        answers = everything(waited) + ("" if status == 303 else everything(joined))
        assert ADDRESS not in answers
        if status == 303:
            suffix = f"/{CANARY}" if stream == "closed" else ""
            assert (joined.headers["Location"], joined.data) == (PROVIDER + suffix, b"")
        if not who.startswith("invited"):
            assert CANARY not in answers
    assert row_counts(app) == rows


def test_join_sends_on_without_leaving_a_trace(app: Flask, client: FlaskClient, cast: Conference) -> None:
    """Nothing may keep the redirect, and the provider does not learn the personal link."""
    with at(START):
        joined = client.post(f"{waiting_url(app, cast, 'online', 'public')}/join")
    assert joined.headers["Cache-Control"] == "no-store"
    assert joined.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in joined.headers


def test_join_takes_nothing_but_post(app: Flask, client: FlaskClient, cast: Conference) -> None:
    """A link preview that follows the address is told 405, and nothing else."""
    address = waiting_url(app, cast, "online", "public")
    with at(START):
        answers = [client.open(f"{address}/join", method=method) for method in ("GET", "HEAD", "PUT", "DELETE")]
    assert [answer.status_code for answer in answers] == [405] * 4
    assert ADDRESS not in "".join(map(everything, answers))


def test_join_from_another_site_is_refused(app: Flask, client: FlaskClient, cast: Conference) -> None:
    """A page elsewhere cannot send somebody's browser into the stream."""
    with at(START):
        answer = client.post(
            f"{waiting_url(app, cast, 'online', 'public')}/join", headers={"Origin": "https://evil.example"}
        )
    assert answer.status_code == 403
    assert ADDRESS not in everything(answer)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_join_tells_a_hidden_stream_from_a_missing_one_by_no_byte(
    app: Flask, client: FlaskClient, cast: Conference, method: str
) -> None:
    """The 403 for a stream of a closed part is the one for a stream that never was, headers included."""
    with changing(app):
        # Whoever has the right would tell them apart, so nobody has it here.
        closed = db.session.get_one(Stream, cast.closed_stream_id)
        closed.audience_id = add_conference("elsewhere").audience_id
    suffix = "/join" if method == "POST" else ""
    with at(START):
        for who in PEOPLE:
            hidden = client.open(waiting_url(app, cast, who, "closed") + suffix, method=method)
            missing = client.open(waiting_url(app, cast, who, "missing") + suffix, method=method)
            assert (who, hidden.status_code, missing.status_code) == (who, 403, 403)
            assert (hidden.headers.to_wsgi_list(), hidden.data) == (missing.headers.to_wsgi_list(), missing.data)


def test_join_knows_no_stream_of_another_event(app: Flask, client: FlaskClient, cast: Conference) -> None:
    """A personal link opens streams of its own event alone: another's are as missing, and it is no link elsewhere."""
    with changing(app):
        other = add_conference("another")
    token = token_of(app, other.people["invited online"])
    with at(START):
        for stream in ("public", "closed"):
            theirs = f"/en/another/my/{token}/streams/{stream_id(cast, stream)}"
            missing = f"/en/another/my/{token}/streams/{uuid4()}"
            assert client.post(f"{theirs}/join").status_code == 403
            assert client.get(theirs).data == client.get(missing).data
            elsewhere = f"/en/{cast.slug}/my/{token}/streams/{stream_id(cast, stream)}"
            assert client.get(elsewhere).status_code == 404
            assert client.post(f"{elsewhere}/join").status_code == 404


def test_join_by_a_mangled_link_is_404(app: Flask, client: FlaskClient, cast: Conference) -> None:
    """Cut off, retyped or made up: there is no such page, and no sign of a stream."""
    token = token_of(app, cast.people["online"])
    for mangled in (token[:-1], token[:-4], token.swapcase(), "x", "%00"):
        address = f"/en/{cast.slug}/my/{mangled}/streams/{cast.public_stream_id}"
        with at(START):
            for answer in (client.get(address), client.post(f"{address}/join")):
                assert (mangled, answer.status_code) == (mangled, 404)
                assert ADDRESS not in everything(answer)


def test_join_ends_when_the_right_is_taken_away(app: Flask, client: FlaskClient, cast: Conference) -> None:
    """Who cancels, or loses the personal link, is out at the next join."""
    address = waiting_url(app, cast, "online", "public")
    with at(START):
        assert client.post(f"{address}/join").status_code == 303
        with changing(app):
            db.session.get_one(Registration, cast.people["online"]).state = "cancelled"
        assert client.post(f"{address}/join").status_code == 403
        with changing(app):
            db.session.get_one(Registration, cast.people["online"]).link_version = 2
        assert client.post(f"{address}/join").status_code == 404


def test_join_checks_the_address_again(app: Flask, client: FlaskClient, cast: Conference) -> None:
    """An address that came into the database by another way is not followed, and not shown."""
    joining = f"{waiting_url(app, cast, 'online', 'public')}/join"
    for url in (f"http://{ADDRESS}/", f"https://anna:secret@{ADDRESS}/", f"https://{ADDRESS}/\r\nX: y", ""):
        with changing(app):
            db.session.get_one(Stream, cast.public_stream_id).provider_url = url
        with at(START):
            answer = client.post(joining)
        assert (url, answer.status_code) == (url, 503)
        assert "Location" not in answer.headers
        assert ADDRESS not in everything(answer)


def test_join_that_is_open_does_not_repeat_the_address_where_it_is_written_out() -> None:
    """What a traceback or a log shows of the decision bears no address."""
    assert repr(Open(PROVIDER)) == "Open()"
