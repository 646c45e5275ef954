"""HTTP of sign-up forms: hosted, embedded on other sites, confirmed by a press.

A GET never confirms anything: scanners follow every link.
"""

from __future__ import annotations

import re
import secrets
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from maracuja.api import form_pages
from maracuja.api.callers import caller_ip, region_of
from maracuja.api.form_embed import confirmed_in_words, described
from maracuja.api.form_requests import (
    Posted,
    caller_of,
    first_of,
    language_of,
    may_send,
    no_form,
    page_of,
    read_posted,
    source_of,
)
from maracuja.api.form_tally import Tally
from maracuja.api.form_words import CHANNELS, FORM
from maracuja.api.page_frame import headers_of
from maracuja.api.small_script import script_for
from maracuja.api.web_chat_bell import Paces
from maracuja.campaigns.forms import Form, said
from maracuja.clock import Clock
from maracuja.links.tokens import Purpose
from maracuja.runtime.form_desk import (
    FormDesk,
    Found,
    Held,
    Received,
    Stamp,
    pace_key,
)
from maracuja.store.signups import SignupState, Step

FORMS_PER_S, FORMS_AT_ONCE = 0.05, 10.0  # of one address
_BOTH: Final = ["GET", "HEAD"]


def forms_router(routes: FormRoutes) -> APIRouter:
    """The routes of forms; `confirming` has those of links that confirm."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/f/{name}.js", routes.script, methods=["GET"])
    router.add_api_route("/f/{name}/fields", routes.fields, methods=["GET"])
    router.add_api_route("/f/{name}/begun", routes.begun, methods=["POST"])
    router.add_api_route("/f/{name}/code", routes.code, methods=["POST"])
    router.add_api_route("/f/{name}", routes.show, methods=_BOTH)
    router.add_api_route("/f/{name}", routes.take, methods=["POST"])
    router.add_api_route("/y/{token}/answers", routes.answer, methods=["POST"])
    return router


class FormRoutes:
    """Answers requests about forms."""

    def __init__(self, desk: FormDesk, clock: Clock) -> None:
        self.desk, self._clock = desk, clock
        self._paces = Paces(FORMS_PER_S, FORMS_AT_ONCE)
        self._tally = Tally(desk, clock)

    async def show(self, name: str, request: Request) -> Response:
        """The form, empty."""
        found = await self._find(name)
        if found is None:
            return no_form(request)
        shown = self._shown(found, request)
        if request.method == "GET":
            self._tally.add(name, shown.source, Step.SHOWN)
        return self._page(found.form, form_pages.form_page(shown, {}, {}))

    async def take(self, name: str, request: Request) -> Response:
        """The form as somebody has filled it in."""
        found = await self._find(name)
        if found is None:
            return no_form(request)
        posted = await read_posted(request)
        wants_json = "application/json" in request.headers.get("accept", "")
        if refused := self._stopped(found.form, request, posted, wants_json):
            return refused
        shown = self._shown(found, request, posted)
        caller = caller_of(request, posted)
        if not wants_json:  # a page without a script cannot tell that somebody began
            self._tally.add(name, caller.source, Step.BEGUN)
        got = await run_in_threadpool(self.desk.receive, found, posted, caller, self._clock.now())
        if wants_json:
            return self._told(found, shown, got, request)
        if got.taken is None:
            words = FORM[shown.language]
            faults = {field: words[word] for field, word in got.filled.faults.items()}
            if got.once_more and "consent" not in posted:
                faults = {}  # from a plain form of another site: it has no box for it
            return self._page(
                found.form,
                form_pages.form_page(shown, posted, faults, said_above="once_more"),
            )
        if found.form.redirect and not got.taken.codes and not got.taken.starts:
            return RedirectResponse(found.form.redirect, status_code=303, headers=headers_of())
        return self._page(found.form, self._thanks(found.form, shown, got))

    async def code(self, name: str, request: Request) -> Response:
        """The code of a message was typed in."""
        found = await self._find(name)
        if found is None:
            return no_form(request)
        posted = await read_posted(request)
        wants_json = "application/json" in request.headers.get("accept", "")
        if refused := self._stopped(found.form, request, posted, wants_json):
            return refused
        shown = self._shown(found, request, posted)
        reference = first_of(posted, "ref")
        code = re.sub(r"\D", "", first_of(posted, "code"))[:6]
        caller, now = caller_of(request, posted), self._clock.now()
        held = await run_in_threadpool(self.desk.enter_code, name, reference, code, caller, now)
        words = FORM[shown.language]
        if wants_json:
            told = (
                {"text": words["code_wrong"]}
                if held is None
                else confirmed_in_words(held, shown.language)
            )
            return self._json(found.form, {"ok": held is not None, **told}, request)
        if held is None:
            page = form_pages.thanks_page(shown, must=False, starts={}, code=reference, wrong=True)
            return self._page(found.form, page)
        return self.confirmed(held, shown.language)

    async def answer(self, token: str, request: Request) -> Response:
        """Answers to the questions that follow a sign-up."""
        ticket = self.desk.ring.read(token, Purpose.CONFIRM)
        now = self._clock.now()
        held = None
        if ticket is not None and not ticket.detail:
            held = await run_in_threadpool(self.desk.look, ticket, now)
        if held is None or held.row.state is not SignupState.CONFIRMED:
            return no_form(request)
        posted = await read_posted(request)
        language = language_of(request, posted)
        got = await run_in_threadpool(self.desk.answer, held, posted, now)
        words = FORM[language]
        page = form_pages.confirmed_page(
            held.form,
            language,
            self.desk.shop,
            answers_to=f"/y/{token}/answers",
            values=posted,
            faults={field: words[word] for field, word in got.faults.items()},
            answered=not got.faults,
            code=got.code,
        )
        return self._page(held.form, page)

    def confirmed(self, held: Held, language: str) -> Response:
        """The page that says that it holds, with the questions."""
        token = self.desk.ticket_of(held.row, self._clock.now())
        page = form_pages.confirmed_page(
            held.form, language, self.desk.shop, answers_to=f"/y/{token}/answers"
        )
        return self._page(held.form, page)

    async def script(self, name: str, request: Request) -> Response:
        """The small script that puts the form into a page."""
        return script_for(request, "form.js")

    async def fields(self, name: str, request: Request) -> Response:
        """What the form asks for, for the script on a page of `origins`."""
        found = await self._find(name)
        if found is None or not may_send(found.form, request):
            return JSONResponse({"ok": False}, 404 if found is None else 403, headers_of())
        shown = self._shown(found, request)
        self._tally.add(name, shown.source, Step.SHOWN)
        return self._json(found.form, described(shown), request)

    async def begun(self, name: str, request: Request) -> Response:
        """Somebody has touched the first field of an embedded form."""
        found = await self._find(name)
        if found is not None and may_send(found.form, request):
            self._tally.add(name, source_of(request, await read_posted(request)), Step.BEGUN)
        return Response(status_code=204, headers=headers_of())

    # ------------------------------------------------------------

    async def _find(self, name: str) -> Found | None:
        return await run_in_threadpool(self.desk.find, name[:64])

    def _shown(
        self, found: Found, request: Request, posted: Posted | None = None
    ) -> form_pages.Shown:
        """The form for this request; with what was posted, in the language and country of it."""
        given = posted or {}
        stamp = self.desk.read_stamp(first_of(given, "stamp"), found.form.id)
        accepted = request.headers.get("accept-language", "")
        asked = request.query_params.get("country", "").upper()
        known = asked if re.fullmatch("[A-Z]{2}", asked) else ""
        country = stamp.country if stamp else known or region_of(accepted) or self.desk.country
        language = language_of(request, given)
        at_s = int(self._clock.now().timestamp())
        new = Stamp(found.form.id, found.version, country, language, at_s, secrets.token_hex(6))
        return form_pages.Shown(
            form=found.form,
            topics=found.topics,
            language=language,
            country=country,
            stamp=self.desk.stamp(new),
            source=source_of(request, given),
            page=page_of(request, given),
        )

    def _thanks(self, form: Form, shown: form_pages.Shown, got: Received) -> str:
        taken = got.taken
        assert taken is not None
        reference = self.desk.reference(form.id, taken.visit) if taken.codes else ""
        return form_pages.thanks_page(
            shown, must=not taken.done, starts=taken.starts, code=reference
        )

    def _told(
        self, found: Found, shown: form_pages.Shown, got: Received, request: Request
    ) -> Response:
        """What the script is told."""
        words, form = FORM[shown.language], found.form
        if got.taken is None:
            faults = {field: words[word] for field, word in got.filled.faults.items()}
            text = words["faults"] if faults else words["once_more"]
            told = {"ok": False, "text": text, "faults": faults, "stamp": shown.stamp}
            return self._json(form, told, request)
        taken = got.taken
        word = "check_code" if taken.codes else "done" if taken.done else "check_email"
        text = said(form.thanks, shown.language)
        told = {
            "ok": True,
            "title": words["thanks"],
            "texts": [one for one in (text, words[word] if form.kinds else "") if one],
            "starts": [
                {
                    "url": url,
                    "text": words["start"].format(channel=CHANNELS.get(channel, channel)),
                    "button": words["open"].format(channel=CHANNELS.get(channel, channel)),
                }
                for channel, url in taken.starts.items()
            ],
            "redirect": form.redirect or "",
        }
        if taken.codes:
            told["ref"] = self.desk.reference(form.id, taken.visit)
            told["code"], told["button"] = words["code"], words["code_button"]
        return self._json(form, told, request)

    def _page(self, form: Form, page: str) -> Response:
        return HTMLResponse(page, headers=headers_of(form))

    def _json(self, form: Form, told: dict[str, Any], request: Request) -> Response:
        headers = headers_of()
        origin = request.headers.get("origin", "")
        if origin in form.origins:
            headers |= {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
        return JSONResponse(told, 200, headers)

    def _stopped(
        self, form: Form, request: Request, posted: Posted, wants_json: bool
    ) -> Response | None:
        """The refusal of what comes from a foreign page or too often; None for all else."""
        if not may_send(form, request):
            return self._refused(request, posted, "foreign", 403, wants_json)
        if self._paces.take(pace_key(caller_ip(request))):
            return self._refused(request, posted, "hasty", 429, wants_json)
        return None

    def _refused(
        self, request: Request, posted: Posted, word: str, status: int, wants_json: bool
    ) -> Response:
        language = language_of(request, posted)
        headers = headers_of() | ({"Retry-After": "60"} if status == 429 else {})
        if wants_json:
            origin = request.headers.get("origin", "")
            if status == 429 and origin:
                headers |= {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
            return JSONResponse({"ok": False, "text": FORM[language][word]}, status, headers)
        return HTMLResponse(form_pages.refused_page(language, word), status, headers)
