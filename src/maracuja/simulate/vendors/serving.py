"""A simulated vendor behind a real HTTP server on loopback, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from maracuja.channels.http import HttpRequest
from maracuja.simulate.vendors.http import HttpVendor


@contextmanager
def serving(vendor: HttpVendor, host: str = "127.0.0.1") -> Iterator[str]:
    """The address of a server that answers as the vendor does; a lost answer breaks the line."""
    loop = asyncio.new_event_loop()
    started: list[web.AppRunner] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked = HttpRequest(
            url=str(request.url),
            method=request.method,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.read(),
        )
        said, delay_s = vendor.answer(asked)
        if delay_s:
            await asyncio.sleep(delay_s)
        if said.lost:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()  # to nobody
        headers = {"content-type": "application/json", **said.headers}
        return web.Response(status=said.code, text=said.text, headers=headers)

    async def start() -> int:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        started.append(runner)
        site = web.TCPSite(runner, host, 0)
        await site.start()
        port: int = runner.addresses[0][1]
        return port

    thread = threading.Thread(target=loop.run_forever, name="vendor", daemon=True)
    thread.start()
    try:
        port = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        yield f"http://{host}:{port}"
    finally:
        for runner in started:
            asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
