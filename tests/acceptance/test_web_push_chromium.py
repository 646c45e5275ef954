"""Our service worker in a real Chromium: a push is shown, and what is done with it is told."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import web

from maracuja.channels.base import Inbound
from maracuja.channels.heard import Heard, HeardKind
from maracuja.channels.web_push import WebPush
from maracuja.content import Button, Content
from maracuja.model import Status
from tests.contract.channel_case import NOW, PICTURE, message
from tests.contract.channel_cases.web_push import CASE, PUBLIC, SETTINGS

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PAGE = '<!doctype html><title>Shop</title><script src="/w/web_push/main?page"></script>'
pytestmark = pytest.mark.slow


class Devtools:
    """One conversation with a browser over its DevTools protocol."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket, self._n = socket, 0
        self.events: list[dict[str, Any]] = []

    async def ask(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """The result of one command; what is told meanwhile is kept."""
        self._n += 1
        to = {"sessionId": session} if session else {}
        await self._socket.send_json({"id": self._n, "method": method, "params": params, **to})
        while True:
            told = await self._socket.receive_json(timeout=20)
            if told.get("id") == self._n:
                assert "error" not in told, (method, told)
                return told["result"]  # type: ignore[no-any-return]
            self.events.append(told)

    async def run(self, session: str, script: str) -> Any:
        """The value of an expression, once its promise is kept."""
        told = await self.ask(
            "Runtime.evaluate", session, expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")


@asynccontextmanager
async def browser(place: Path) -> AsyncIterator[Devtools]:
    """A Chromium without a window."""
    assert CHROMIUM
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--remote-debugging-port=0", f"--user-data-dir={place}", "about:blank"]  # fmt: skip
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(CHROMIUM, *flags, stdout=quiet, stderr=quiet)
    try:
        told = place / "DevToolsActivePort"
        for _ in range(300):
            if told.is_file() and told.read_text().count("\n"):
                break
            await asyncio.sleep(0.1)
        port, path = told.read_text().split()
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"ws://127.0.0.1:{port}{path}", max_msg_size=0) as socket,
        ):
            yield Devtools(socket)
    finally:
        process.kill()
        await process.wait()


@asynccontextmanager
async def shop(channel: WebPush, heard: list[Heard]) -> AsyncIterator[str]:
    """A shop's page with its own worker, and our webhook; what it hears."""

    async def hook(request: web.Request) -> web.Response:
        inbound = Inbound(
            body=await request.read(), method=request.method, query=dict(request.query)
        )
        told = channel.webhook(inbound, NOW)
        heard.extend(told.heard)
        return web.Response(body=told.body, content_type=told.content_type)

    async def page(request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def worker(request: web.Request) -> web.Response:
        script = 'importScripts("/w/web_push/main?worker");'
        return web.Response(text=script, content_type="text/javascript")

    application = web.Application()
    application.router.add_get("/", page)
    application.router.add_get("/push.js", worker)
    application.router.add_route("*", "/w/web_push/main", hook)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def until(true: Callable[[], bool]) -> None:
    for _ in range(150):
        if true():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it never came")


@pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")
def test_a_push_is_shown_pressed_answered_and_closed(tmp_path: Path) -> None:
    asyncio.run(_all_of_it(tmp_path))


async def _all_of_it(place: Path) -> None:
    heard: list[Heard] = []
    channel = WebPush(SETTINGS)
    async with shop(channel, heard) as url, browser(place) as chromium:
        channel.hook = f"{url}/w/web_push/main"
        page, worker = await _subscribed(chromium, url)
        content = Content(
            text="Сьогодні -20 %",
            subject="Маракуйя",
            media=(PICTURE,),
            buttons=(Button(text="Size M", reply="size=M~seal"), Button(text="No", reply="no")),
        )
        sent = message(CASE, content=content)
        payload = msgspec.json.encode(channel.payload(sent)).decode()
        registration = _registration(chromium)
        for event, action, expected in (
            ("notificationclick", "", (HeardKind.RECEIPT, Status.CLICKED, "")),
            ("notificationclick", "0", (HeardKind.TAP, None, "size=M~seal")),
            ("notificationclose", "", (HeardKind.RECEIPT, Status.READ, "")),
        ):
            heard.clear()
            await chromium.ask(
                "ServiceWorker.deliverPushMessage",
                page,
                origin=url,
                registrationId=registration,
                data=payload,
            )
            await until(lambda: bool(heard))
            assert heard[0].status is Status.DELIVERED
            shown = await chromium.run(worker, SHOWN)
            assert shown == ["Маракуйя", "Сьогодні -20 %", ["Size M", "No"]]
            await chromium.run(worker, PRESS % (event, action))
            await until(lambda: len(heard) > 1)
            assert (heard[1].kind, heard[1].status, heard[1].payload) == expected
            assert heard[1].reference == f"{sent.id.hex()}.7.3"
        await _renewed(chromium, worker, page, url, payload, heard)


async def _renewed(
    chromium: Devtools, worker: str, page: str, url: str, payload: str, heard: list[Heard]
) -> None:
    """Another subscription: the worker tells it, signed with what the last push brought."""
    address = {"endpoint": "https://updates.push.services.mozilla.com/again", "keys": KEYS}
    await chromium.run(worker, HOLDS % CASE.address)
    heard.clear()
    where = {"origin": url, "registrationId": _registration(chromium)}
    await chromium.ask("ServiceWorker.deliverPushMessage", page, data=payload, **where)
    await until(lambda: bool(heard))
    for _ in range(50):
        if await chromium.run(worker, KEPT):
            break
        await asyncio.sleep(0.1)
    heard.clear()
    await chromium.run(worker, HOLDS % msgspec.json.encode(address).decode())
    await chromium.run(worker, "self.dispatchEvent(new ExtendableEvent('pushsubscriptionchange'))")
    await until(lambda: bool(heard))
    assert heard[0].kind is HeardKind.RENEWED
    assert heard[0].address == CASE.address
    assert msgspec.json.decode(heard[0].text) == address


SHOWN = """(async () => {
  const [one] = await self.registration.getNotifications();
  return [one.title, one.body, one.actions.map((each) => each.title)];
})()"""
KEYS = msgspec.json.decode(CASE.address)["keys"]
# A browser without a push service: what it would hold.
HOLDS = """Object.defineProperty(PushManager.prototype, "getSubscription", {
  value: async () => ({toJSON: () => (%s)}), configurable: true}), true"""
KEPT = "caches.match('/maracuja-push').then(Boolean)"
PRESS = """(async () => {
  const [notification] = await self.registration.getNotifications();
  self.dispatchEvent(new NotificationEvent("%s", {notification, action: "%s"}));
})()"""


async def _subscribed(chromium: Devtools, url: str) -> tuple[str, str]:
    """Sessions of the shop's page and of its worker, which is active."""
    await chromium.ask("Browser.grantPermissions", origin=url, permissions=["notifications"])
    made = await chromium.ask("Target.createTarget", url=url)
    attached = await chromium.ask("Target.attachToTarget", targetId=made["targetId"], flatten=True)
    page = attached["sessionId"]
    await chromium.ask("ServiceWorker.enable", page)
    await until_loaded(chromium, page)
    assert await chromium.run(page, "maracujaPush.key") == PUBLIC
    await chromium.run(
        page,
        "navigator.serviceWorker.register('/push.js').then(() => navigator.serviceWorker.ready)"
        ".then(() => true)",
    )
    for _ in range(50):
        targets = (await chromium.ask("Target.getTargets"))["targetInfos"]
        workers = [one for one in targets if one["type"] == "service_worker"]
        if workers:
            break
        await asyncio.sleep(0.1)
    found = await chromium.ask(
        "Target.attachToTarget", targetId=workers[0]["targetId"], flatten=True
    )
    return page, found["sessionId"]


async def until_loaded(chromium: Devtools, page: str) -> None:
    for _ in range(100):
        if await chromium.run(page, "typeof maracujaPush") == "object":
            return
        await asyncio.sleep(0.1)


def _registration(chromium: Devtools) -> str:
    """The number of the registration, as the browser told it."""
    told = [one for one in chromium.events if one["method"].endswith("RegistrationUpdated")]
    found = [one for event in told for one in event["params"]["registrations"]]
    return str(found[-1]["registrationId"])
