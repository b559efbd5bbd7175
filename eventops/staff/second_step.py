"""The second step of signing in: the code that is owed, or the second factor that is to be set up first."""

from __future__ import annotations

from datetime import datetime

from flask import abort, g, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventops import clock
from eventops.db import write
from eventops.qr import qr_path
from eventops.routes import half_signed_in
from eventops.staff.csrf import forget_token
from eventops.staff.models import Account
from eventops.staff.second_factor import (
    normal_code,
    offered_secret,
    provisioning_uri,
    set_up_second_factor,
    step_of,
    take_code,
)
from eventops.staff.sign_in import keep_token, to_stage, wanted
from eventops.staff.views import (
    CHALLENGE,
    begin_attempt_here,
    begin_session_here,
    blueprint,
    forgive_here,
    with_session,
)

Answer = Response | str | tuple[str, int] | tuple[str, int, dict[str, str]]


@blueprint.route("/<language:language>/sign-in/code", methods=["GET", "POST"])
@half_signed_in("code")
def code() -> Answer:
    """The code of the account's app, or a recovery code, makes the sign-in whole."""
    if request.method != "POST":
        return render_template("staff/code.html", errors={})
    account: Account = g.account
    typed = request.form.get("code", "")
    if not normal_code(typed):
        return render_template("staff/code.html", errors={"code": _("Type the code.")}), 422
    now = begin_attempt_here(account.email, "code")
    with write():
        token = begin_session_here(account, now) if is_taken(account, typed, now) else ""
    if not token:
        return render_template("staff/code.html", errors={"code": wrong_code()}), 401, CHALLENGE
    return with_session(to_stage("whole", wanted()), token)


@blueprint.route("/<language:language>/sign-in/second-factor", methods=["GET", "POST"])
@half_signed_in("set_up")
def set_up() -> Answer:
    """Somebody who must have a second factor makes it, and is signed in wholly. The recovery codes show this once."""
    account: Account = g.account
    offer = offer_for(account)
    if request.method != "POST":
        return render_template("staff/set_up.html", **offer, errors={})
    now = clock.real_now()
    step = step_of(offer["secret"], normal_code(request.form.get("code", "")), now)
    if step is None:
        return render_template("staff/set_up.html", **offer, errors={"code": wrong_code()}), 401, CHALLENGE
    with write():
        codes = set_up_second_factor(account.id, offer["secret"], step, now, anew=False)
        token = begin_session_here(account, now) if codes else ""
    if not codes:
        abort(to_stage(None, wanted()))  # another browser was first: its factor is asked for now
    return recovery_codes_page(codes, token)


def offer_for(account: Account) -> dict[str, str]:
    """What pages show of the secret that is offered: `secret`, in fours, and as `uri` and the path of its QR code."""
    secret = offered_secret(g.sign_in.id)
    uri = provisioning_uri(secret, account)
    side, path = qr_path(uri)
    groups = " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))
    return {"secret": secret, "secret_in_groups": groups, "uri": uri, "qr_path": path, "qr_side": str(side)}


def is_taken(account: Account, typed: str, now: datetime) -> bool:
    """Whether the code, whose attempt began at `now`, was right and new. Inside write()."""
    if not take_code(account, typed, now):
        return False
    forgive_here(account.email, now, "code")
    return True


def wrong_code() -> str:
    """What stands beside a code that was not taken."""
    return str(_("This code is not right, or was used already. Wait for the next one and type that."))


def recovery_codes_page(codes: list[str], token: str = "") -> Response:
    """The codes, this once: they are kept as hashes, so no page that is asked for later could show them.

    With `token` the browser begins its new session.
    """
    response = Response(mimetype="text/html")
    if token:
        keep_token(response, token)
        forget_token()
    page = render_template("staff/recovery_codes.html", codes=codes, target=wanted(), language_links=[])
    response.set_data(page)
    return response
