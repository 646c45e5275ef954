/** Sending a file in pieces, so that a large one shows how far it is. */
import { api, body, type Schemas } from "~/api/client";

export type Import = Schemas["ImportShown"];
export type Kind = Import["kind"];
export const KINDS: readonly Kind[] = ["people", "events", "products"];

const PIECE_BYTES = 1_000_000;

export async function upload(
  kind: Kind,
  file: File,
  tell: (share: number) => void,
): Promise<Import> {
  let card = await body(
    api.POST("/api/imports", { body: { kind, name: file.name, size: file.size } }),
  );
  for (let at = 0; at < file.size; at += PIECE_BYTES) {
    const piece = file.slice(at, at + PIECE_BYTES);
    card = await body(
      api.PUT("/api/imports/{id}/pieces", {
        params: { path: { id: card.id }, query: { at } },
        headers: { "content-type": "application/octet-stream" },
        body: "",
        bodySerializer: () => piece,
      }),
    );
    tell(Math.min(1, (at + PIECE_BYTES) / file.size));
  }
  return card;
}
