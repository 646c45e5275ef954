"""Links into channels and their QR codes over HTTP; never opens one or asks a vendor."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import Query, Response
from pydantic import BaseModel

from maracuja.api.answers import Name, Word
from maracuja.api.here import Here, Now, managing
from maracuja.app import make_links
from maracuja.links.qr import SIZE_MM, SIZE_MM_MAX, Correction, QrCode
from maracuja.runtime.channel_links import link_into, own_payload

router = managing("/channels", "workspace")


class ChannelLink(BaseModel):
    """A link that opens the channel and tells where it hung."""

    channel: str
    source: str
    link: str


_FORMS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "model": ChannelLink,
        "description": "The link, or its QR code as a picture for print.",
        "content": {
            "image/png": {"schema": {"type": "string", "format": "binary"}},
            "image/svg+xml": {"schema": {"type": "string"}},
        },
    }
}


@router.get("/{channel:path}/link", response_class=Response, responses=_FORMS)
def channel_link(
    here: Here,
    now: Now,
    channel: Name,
    source: Annotated[Word, Query(description="Where it will hang, such as poster-1.")] = "",
    who: Annotated[Word, Query(description="Whose the chat becomes; nobody's for posters.")] = "",
    form: Literal["json", "svg", "png"] = "json",
    size_mm: Annotated[float, Query(gt=0, le=SIZE_MM_MAX, description="With its rim.")] = SIZE_MM,
    correction: Correction = Correction.QUARTILE,
) -> Response:
    """The link into a channel, or its QR code."""
    payload = source
    if who:
        with here.store.read() as conn:
            country = here.config.shop.country
            payload = own_payload(conn, make_links(here), who, source, now, country=country)
    link = link_into(here.vendors.over_http(), channel, payload)
    match form:
        case "svg":
            drawn = QrCode(link, correction).svg(size_mm)
            return Response(drawn, media_type="image/svg+xml")
        case "png":
            return Response(QrCode(link, correction).png(size_mm), media_type="image/png")
        case _:
            shown = ChannelLink(channel=channel, source=source, link=link)
            return Response(shown.model_dump_json(), media_type="application/json")
